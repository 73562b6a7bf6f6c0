// Suggestions under a search field marked `data-suggest="/address"`: an ARIA combobox with a list of links to domains and
// sheets. Arrows walk through the list, Enter goes there, Escape closes it; typing on searches as it would without.

const PAUSE = 180;
const SHORTEST = 2;

for (const field of document.querySelectorAll("input[data-suggest]")) {
  const list = document.createElement("ul");
  list.id = `${field.id}-propositions`;
  list.className = "combo-list";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", field.dataset.suggestName);
  field.after(list);
  for (const [name, value] of Object.entries({
    role: "combobox", autocomplete: "off", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id,
  })) field.setAttribute(name, value);

  let waiting, asking, at = -1;
  const options = () => [...list.children];

  function close() {
    clearTimeout(waiting);
    asking?.abort();
    list.hidden = true;
    field.setAttribute("aria-expanded", "false");
    point(-1);
  }

  function point(place) {
    options().forEach((option, i) => option.setAttribute("aria-selected", String(i === place)));
    at = place;
    const option = options()[place];
    if (option) {
      field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  }

  function show(found) {
    list.replaceChildren(...found.map((one, i) => {
      const option = document.createElement("li");
      option.id = `${list.id}-${i}`;
      option.setAttribute("role", "option");
      option.dataset.link = one.link;
      const detail = document.createElement("span");
      detail.className = "note";
      detail.textContent = one.kind === "domain" ? field.dataset.suggestDomain : one.detail;
      option.append(one.text, " ", detail);
      return option;
    }));
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    point(-1);
  }

  async function ask() {
    asking?.abort();
    const typed = field.value.trim();
    if (typed.length < SHORTEST) return close();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const answer = await fetch(`${field.dataset.suggest}?${new URLSearchParams({ q: typed.slice(0, 500) })}`, { headers: { Accept: "application/json" }, signal });
      if (!answer.ok) return;
      const found = await answer.json();
      if (!signal.aborted && document.activeElement === field) show(found);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // no suggestions while the network is down
    }
  }

  // To a domain or a sheet, with what is ticked to be compared.
  function go(option) {
    const to = new URL(option.dataset.link, location);
    for (const box of document.querySelectorAll("[name=fiche]:checked")) to.searchParams.append("fiche", box.value);
    location.assign(to);
  }

  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, PAUSE); });
  field.addEventListener("blur", close);
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const last = list.children.length - 1;
    if (event.key === "Escape") {
      if (!list.hidden) event.preventDefault();
      close();
    } else if (event.key === "Enter") {
      if (at >= 0) { event.preventDefault(); go(options()[at]); } else close();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return void ask();
      const step = event.key === "ArrowDown" ? 1 : -1;
      point(at === -1 ? (step > 0 ? 0 : last) : at + step > last || at + step < 0 ? -1 : at + step);
    }
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });
}
