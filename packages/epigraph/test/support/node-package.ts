/** A package of the fixture `node-actions` that its `convex.json` leaves out of the bundle; it looks at where it lies. */
export const INSTALLED_PACKAGE: Readonly<Record<string, string>> = {
  "node_modules/with-native-code/package.json": '{ "name": "with-native-code", "version": "1.2.3" }',
  "node_modules/with-native-code/index.js": "module.exports = { version: 1, folder: __dirname };\n",
};
