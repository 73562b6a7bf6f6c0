// Live search: a form marked `data-live="#target"` refreshes its results and its counts while one types or ticks.
// Without this module, its button does the same.
//
// What the server says is shown as it is: the page is asked for with the form's values, and its parts take the place of
// ours. `data-part` is an element whose text follows, `data-shown` one that is there or not; fields are never replaced, so
// that nobody loses their place. An older answer never overtakes a newer one.

const PAUSE = 250;
const QUIET = 700; // a screen reader is told once the typing stops

for (const form of document.querySelectorAll("form[data-live]")) {
  const said = document.querySelector("[data-said]");
  let waiting, speaking, asking;

  function address() {
    const fields = [...new FormData(form)].filter(([, value]) => value.trim() !== "");
    const query = new URLSearchParams(fields).toString();
    const bare = form.action.split("#")[0];
    return query ? `${bare}?${query}` : bare;
  }

  async function refresh() {
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const to = address();
    const shown = document.querySelector(form.dataset.live);
    shown?.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(to, { headers: { Accept: "text/html" }, signal });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector(form.dataset.live);
      if (signal.aborted || !fresh || !shown) return;
      replace(shown, fresh);
      follow(page);
      document.title = page.title;
      history.replaceState(null, "", to);
      keep();
      clearTimeout(speaking);
      speaking = setTimeout(() => { if (said) said.textContent = shown.querySelector("h2")?.textContent ?? ""; }, QUIET);
    } catch (error) {
      if (error.name !== "AbortError" && !(error instanceof TypeError)) throw error; // the network is down: the button still works
    } finally {
      if (!signal.aborted) shown?.removeAttribute("aria-busy");
    }
  }

  // New results; whoever was among the old ones stays on the same thing, or on the heading when it is gone.
  function replace(shown, fresh) {
    const at = shown.contains(document.activeElement) ? document.activeElement : null;
    const same = at && ((node) => (at.id ? node.id === at.id : node.tagName === at.tagName && node.getAttribute("href") === at.getAttribute("href")));
    shown.replaceChildren(...fresh.childNodes);
    if (!at) return;
    const found = [...shown.querySelectorAll("a, button, input, summary, [tabindex]")].find(same) ?? shown.querySelector("h2");
    found?.focus({ preventScroll: true });
  }

  // The counts beside the filters; a filter that is ticked, or where one stands, does not go away.
  function follow(page) {
    for (const part of form.querySelectorAll("[data-part]")) {
      const fresh = page.getElementById(part.id);
      if (fresh) part.textContent = fresh.textContent;
    }
    for (const part of form.querySelectorAll("[data-shown]")) {
      const fresh = page.getElementById(part.id);
      if (fresh) part.hidden = fresh.hidden && !part.contains(document.activeElement) && !part.querySelector(":checked");
    }
  }

  // What is ticked to be compared changes no result: it is kept in the address, and in the links to the other pages.
  function keep() {
    const ticked = [...form.querySelectorAll("[name=fiche]:checked")].map((box) => box.value);
    const holding = (href) => {
      const there = new URL(href, location);
      there.searchParams.delete("fiche");
      for (const slug of ticked) there.searchParams.append("fiche", slug);
      return there.href;
    };
    history.replaceState(null, "", holding(location.href));
    for (const link of form.querySelectorAll("[data-keeps] a")) if (link.pathname === "/solutions") link.href = holding(link.href);
  }

  form.addEventListener("input", (event) => {
    if (event.target.name === "fiche") return keep();
    clearTimeout(waiting);
    waiting = setTimeout(refresh, event.target.type === "text" ? PAUSE : 0);
  });
}
