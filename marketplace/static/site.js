// Small helps on top of plain forms and links; every page works without them.

// A refused form: bring its summary to the keyboard and to the screen reader.
document.querySelector(".summary[tabindex]")?.focus();
