// Nothing needs this: a button that unfolds every run, for those who search or print the page.
const button = document.getElementById("unfold");
button.hidden = false;
button.addEventListener("click", function () {
    const open = button.getAttribute("aria-pressed") !== "true";
    for (const run of document.querySelectorAll("details")) { run.open = open; }
    button.setAttribute("aria-pressed", String(open));
    button.textContent = open ? "Fold all runs" : "Unfold all runs";
});
