// A host page needs only <script src="https://HOST/widget/marie.js" async></script>
// (data-api="https://…": another server; data-privacy="https://…": the host's own page).
(() => {
  const { src, dataset } = document.currentScript;
  const at = (path) => new URL(path, src);
  // All at once: on a slow phone, each file that is found late costs a round trip.
  const styles = fetch(at('marie.css')).then((answer) => answer.text());
  const files = ['widget', 'view', 'connection', 'transcript', 'memory', 'labels'];
  Promise.all(files.map((file) => import(at(`${file}.js`)))).then(([widget]) => widget.install({
    api: at(dataset.api || '/').origin,
    privacy: at(dataset.privacy || '/static/demo/confidentialite.html').href,
    stylesheet: at('marie.css').href,
    styles,
  }));
})();
