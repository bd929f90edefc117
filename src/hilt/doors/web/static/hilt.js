"use strict";
// What makes pages quicker for those who have scripts; every page works without.

// Files that are sent: how far they are.
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-upload]");
  const files = form ? [...form.querySelectorAll("[type=file]")].flatMap((input) => [...input.files]) : [];
  if (!form) return;
  event.preventDefault();
  const [bar, said, button] = ["progress", "[role=status]", "button"].map((part) => form.querySelector(part));
  const size = (bytes) => (bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(1)} GB`);
  if (!files.length) {
    said.textContent = "Choose a folder or files first.";
    return;
  }
  const most = Number(form.dataset.upload);
  const all = files.reduce((sum, file) => sum + file.size, 0);
  if (all > most) {
    said.textContent = `These are ${size(all)}, and at most ${size(most)} are taken.`;
    return;
  }
  const request = new XMLHttpRequest();
  request.upload.onprogress = (sent) => {
    bar.hidden = false;
    [bar.max, bar.value] = [sent.total, sent.loaded];
    said.textContent = `${size(sent.loaded)} of ${size(sent.total)} are sent. Stay on this page until all are.`;
  };
  request.onload = () => {
    if (request.status < 400) return location.assign(request.responseURL);
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    said.textContent = page.querySelector("[role=alert]")?.textContent ?? "It was refused.";
  };
  request.onerror = () => { said.textContent = "It broke off, and what had come was deleted. Send it again."; };
  request.onloadend = () => { bar.hidden = true; button.disabled = false; };
  button.disabled = true;
  request.open("POST", form.action);
  request.send(new FormData(form));
});

// Buttons that fill a field with what they offer.
document.addEventListener("click", (event) => {
  const offer = event.target.closest("[data-fills]");
  if (offer) document.getElementById(offer.dataset.fills).value = offer.value;
});

// What is shown to be taken elsewhere, such as a link, is chosen whole.
document.addEventListener("focusin", (event) => {
  if (event.target.matches("input[readonly]")) event.target.select();
});

// Keys: what has data-key="m" is gone to when m is pressed; data-key="g m" after a g. A key never sends anything: links are followed,
// choices chosen, all else gets the focus. j and k go through the rows of a page, ? tells all keys, and there they are turned off.
let before = "";
const isOff = () => localStorage.getItem("keys") === "off";

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select, dialog");
  if (event.ctrlKey || event.metaKey || event.altKey || typing || isOff()) return;
  if (event.key === "?") return tellKeys();
  if (event.key === "o" && event.target.matches("summary, main a")) return event.target.click();
  if (event.key === "j" || event.key === "k") return goToRow(event.key === "j" ? 1 : -1);
  const named = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  const found = before ? named(`${before} ${event.key}`) : named(event.key);
  before = event.key === "g" && !before ? "g" : "";
  if (!found) return;
  event.preventDefault();
  found.focus();
  if (found.matches("a, summary, [type=radio], [type=checkbox]")) found.click();
});

function goToRow(step) {
  const rows = [...document.querySelectorAll("main :is(.list > li, .cards tbody > tr, .evidence)")].filter((row) => row.querySelector("a, summary"));
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step]?.querySelector("a, summary").focus();
}

function tellKeys() {
  const dialog = document.getElementById("keys");
  const rows = [...document.querySelectorAll("[data-key]")].map((one) => [one.dataset.key, one.dataset.keyName ?? one.ariaLabel ?? one.labels?.[0]?.textContent ?? one.textContent]);
  const told = [...rows, ["j", "Next row"], ["k", "Row before"], ["o", "Open the row"], ["?", "This list"]].flatMap(([key, name]) => {
    const [dt, dd, kbd] = ["dt", "dd", "kbd"].map((tag) => document.createElement(tag));
    kbd.textContent = key;
    dd.textContent = name.trim();
    dt.append(kbd);
    return [dt, dd];
  });
  dialog.querySelector("dl").replaceChildren(...told);
  dialog.querySelector("input").checked = !isOff();
  dialog.showModal();
}

document.getElementById("tell-keys").hidden = false;
document.getElementById("tell-keys").addEventListener("click", tellKeys);
document.querySelector("#keys input").addEventListener("change", (event) => localStorage.setItem("keys", event.target.checked ? "on" : "off"));

// A part that is fetched anew keeps the focus on the link that had it.
let had = "";
document.addEventListener("htmx:beforeSwap", (event) => {
  const active = document.activeElement;
  had = event.detail.target.contains(active) && !active.id ? active.getAttribute("href") : "";
});
document.addEventListener("htmx:afterSettle", () => {
  if (had) document.querySelector(`main a[href="${CSS.escape(had)}"]`)?.focus({ preventScroll: true });
  had = "";
});
