// Conveniences only: everything on the portal works without them.
"use strict";

for (const summary of document.querySelectorAll(".error-summary")) summary.focus();

// A form that was sent is not sent twice; a page that comes back from the browser's history may be.
for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => delete form.dataset.sent);
}

for (const shown of document.querySelectorAll("[data-size-of]")) {
  const input = document.getElementById(shown.dataset.sizeOf);
  input.addEventListener("change", () => {
    const file = input.files[0];
    shown.textContent = file ? `${Math.ceil(file.size / 1024).toLocaleString("en-GB")} KiB` : "";
  });
}
