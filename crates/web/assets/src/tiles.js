// The map of the Geospatial Information Authority of Japan, where the operator allows it, and after a press: until then
// nothing is asked of anybody but this server. The picture of the server stays for everybody else.
const TILES = 'https://cyberjapandata.gsi.go.jp/xyz/pale/{z}/{x}/{y}.png';
const CREDIT = '<a href="https://maps.gsi.go.jp/development/ichiran.html">地理院タイル</a>';

function add(element) {
  return new Promise((done, failed) => {
    element.onload = done;
    element.onerror = failed;
    document.head.append(element);
  });
}

async function library({ script, sheet }) {
  if (window.L) return;
  await Promise.all([
    add(Object.assign(document.createElement('link'), { rel: 'stylesheet', href: sheet })),
    add(Object.assign(document.createElement('script'), { src: script })),
  ]);
}

function popup({ name, url, address }) {
  const box = document.createElement('div');
  const link = Object.assign(document.createElement('a'), { href: new URL(url, location.href).pathname, textContent: name });
  box.append(link, document.createElement('br'), address ?? '');
  return box;
}

async function show(button) {
  const figure = button.closest('figure');
  button.setAttribute('aria-busy', 'true');
  const [answer] = await Promise.all([fetch(button.dataset.tiles), library(button.dataset)]);
  const institutions = await answer.json();
  const box = Object.assign(document.createElement('div'), { className: 'tiles' });
  for (const one of figure.querySelectorAll('.map-scroll, .larger')) one.hidden = true;
  figure.prepend(box);
  const map = window.L.map(box, { preferCanvas: true });
  map.attributionControl.setPrefix(false);
  window.L.tileLayer(TILES, { minZoom: 5, maxZoom: 18, attribution: CREDIT }).addTo(map);
  const pins = window.L.geoJSON(institutions, {
    pointToLayer: (_, at) => window.L.circleMarker(at, { radius: 7, color: '#fff', weight: 2, fillColor: '#0017c1', fillOpacity: 1 }),
    onEachFeature: ({ properties }, pin) => pin.bindPopup(() => popup(properties)),
  }).addTo(map);
  box.dataset.pins = pins.getLayers().length;
  const bounds = pins.getBounds();
  map.fitBounds(bounds.isValid() ? bounds : [[24, 123], [45.6, 146]], { maxZoom: 15, padding: [20, 20] });
  button.parentElement.remove();
  box.focus();
}

document.addEventListener('click', (event) => {
  const button = event.target.closest?.('[data-tiles]');
  if (button) show(button).catch(() => button.removeAttribute('aria-busy'));
});
