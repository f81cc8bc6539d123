// Puts the page together. When it can be used, <html> has data-ready with the milliseconds that it took.

async function start() {
    const report = new Report(await read_document());
    const selection = new Selection(report);
    show_header(report);
    by_id("page").hidden = false;
    show_filters(report, selection);
    const flame = new FlameView(report, selection);
    new Ranking(report, selection);
    show_scopes(report);
    const growth = report.data.growth ? new Growth(report, selection) : null;
    if (report.data.ledger) show_ledger(report);
    for (const [part, there] of [["growth", growth], ["ledger", report.data.ledger]]) {
        by_id(part).hidden = !there;
        document.querySelector(`nav a[href="#${part}"]`).parentElement.hidden = !there;
    }
    show_end(report);
    check_sums(report);
    make_theme_button(() => {
        flame.draw();
        growth?.draw();
    });
    document.documentElement.dataset.ready = Math.round(performance.now());
}

start().catch((error) => {
    by_id("broken").hidden = false;
    by_id("broken").textContent = `This page cannot be shown: ${error.message}`;
    throw error;
});
