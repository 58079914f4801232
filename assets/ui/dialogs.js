// Opening and closing native dialogs, and the keys that do so from anywhere.
import { useEffect } from "react";

/** Empties a field in a way that React notices. */
function clear(field) {
  if (!field.value) return;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, "");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  for (const menu of document.querySelectorAll(":popover-open")) menu.hidePopover();
  // A form goes back to how it was; a field that is looked in by itself is emptied, and what listens to it hears that.
  const reset = () => {
    for (const form of dialog.querySelectorAll("form")) form.reset();
    for (const field of dialog.querySelectorAll("input")) if (!field.form) clear(field);
  };
  dialog.addEventListener("close", reset, { once: true });
  dialog.showModal();
  // In a form one begins to write; elsewhere the browser chooses what has the focus.
  dialog.querySelector("form input[type=text]")?.focus();
}

export function closeDialog(id) {
  document.getElementById(id)?.close();
}

/** Moves the focus to the element with this id; a link to it would take the open room out of the address. */
export function focusOn(id) {
  document.getElementById(id)?.focus();
}

const writing = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

/** Ctrl or Cmd with K opens `find`; a question mark outside of fields opens `keys`; Esc closes what lies over. */
export function DialogKeys({ find, keys }) {
  useEffect(() => {
    const pressed = (event) => {
      if (event.isComposing || event.altKey) return;
      if ((event.ctrlKey || event.metaKey) && !event.shiftKey && event.key.toLowerCase() === "k") {
        event.preventDefault();
        openDialog(find);
      } else if (event.key === "Escape" && !document.querySelector("dialog[open], :popover-open")) {
        // Details that lie over the conversation are what is on top then.
        const close = document.querySelector("[data-close-on-escape]");
        if (close?.checkVisibility()) close.click();
      } else if (event.key === "?" && !event.ctrlKey && !event.metaKey && !writing(event.target)) {
        if (!document.querySelector("dialog[open]")) openDialog(keys);
      }
    };
    // A press on the scrim, which belongs to the dialog element itself, closes it.
    const aside = (event) => {
      if (event.target.tagName === "DIALOG" && event.target.open && event.target.dataset.aside === "close") {
        const box = event.target.getBoundingClientRect();
        const inside =
          event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
        if (!inside) event.target.close();
      }
    };
    window.addEventListener("keydown", pressed);
    window.addEventListener("pointerdown", aside);
    return () => {
      window.removeEventListener("keydown", pressed);
      window.removeEventListener("pointerdown", aside);
    };
  }, [find, keys]);
  return null;
}
