import { ConvexHttpClient } from "convex/browser";
import { api } from "../convex/_generated/api";
import type { Settings } from "../page-server.ts";
import { redirectToSignIn, tokenOfSignIn } from "./sign-in.ts";

const TOKEN = "token";

const settings = (await (await fetch("settings.json")).json()) as Settings;
const client = new ConvexHttpClient(settings.apiUrl);

const token = (await tokenOfSignIn(settings)) ?? sessionStorage.getItem(TOKEN);
if (token === null) showSignIn("Nobody is signed in.");
else await showNotes(token);

function showSignIn(status: string): void {
  element("status").textContent = status;
  const button = element("sign-in");
  button.hidden = false;
  button.addEventListener("click", () => void redirectToSignIn(settings));
}

async function showNotes(token: string): Promise<void> {
  client.setAuth(token);
  try {
    const { name, email } = await client.query(api.notes.me, {});
    sessionStorage.setItem(TOKEN, token);
    element("status").textContent = `Signed in as ${name} (${email}).`;
  } catch (error) {
    // It may have expired.
    sessionStorage.removeItem(TOKEN);
    return showSignIn(String(error));
  }
  element("signed-in").hidden = false;
  element("add").addEventListener("submit", (event) => {
    event.preventDefault();
    void addNote(event.target as HTMLFormElement);
  });
  element("export").addEventListener("click", () => void showText(token));
  element("sign-out").addEventListener("click", () => {
    sessionStorage.removeItem(TOKEN);
    location.reload();
  });
  await listNotes();
}

async function listNotes(): Promise<void> {
  const notes = await client.query(api.notes.list, {});
  element("notes").replaceChildren(
    ...notes.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
}

async function addNote(form: HTMLFormElement): Promise<void> {
  await client.mutation(api.notes.add, { text: String(new FormData(form).get("text")) });
  form.reset();
  await listNotes();
}

/** HTTP actions know the user by the same token. */
async function showText(token: string): Promise<void> {
  const response = await fetch(`${settings.siteUrl}/notes.txt`, {
    headers: { Authorization: `Bearer ${token}` },
  });
  element("text").textContent = await response.text();
}

function element(id: string): HTMLElement {
  return document.getElementById(id) as HTMLElement;
}
