import { setErrorHandler, setWarningHandler } from "event-target-shim";

export { Event, EventTarget, getEventAttributeValue, setEventAttributeValue } from "event-target-shim";

// "Report the exception" in a realm without a window: an unhandled rejection, which ends the execution with that error.
setErrorHandler((error) => {
  void Promise.reject(error);
});
setWarningHandler(() => {});
