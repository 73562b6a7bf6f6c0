// Progress of work under way: an element marked `data-progress="address"` follows the server's events,
// and the page is read again when the work is done. Without this module, a sentence says to reload.

for (const place of document.querySelectorAll("[data-progress]")) {
  const bar = place.querySelector("progress");
  const events = new EventSource(place.dataset.progress);

  events.addEventListener("progress", (event) => {
    const { done, total } = JSON.parse(event.data);
    if (!bar || !total) return;
    bar.max = total;
    bar.value = done;
  });

  events.addEventListener("changed", () => {
    events.close();
    location.reload();
  });

  events.addEventListener("end", () => events.close());
}
