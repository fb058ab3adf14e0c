namespace PbsModule.Core.Features.Report;

/// <summary>
/// The report's style sheet, and the script that makes tables sortable. Nothing is loaded from elsewhere.
/// </summary>
internal static class ReportStyle
{
    public const string Css = """
        :root { color-scheme: light dark; --page: #f4f6f8; --card: #fff; --text: #1b232b; --soft: #55626f; --rule: #d9e0e6; --line: #0b62a8; --area: #0b62a822;
          --own: #0b62a8; --shared: #8bb8dc; --free: #dfe5ea; --good: #2b7a3d; --bad: #b3261e; --warn: #8a5a00; --none: #7a8590; --badsoft: #fbe9e7; }
        @media (prefers-color-scheme: dark) { :root { --page: #12171c; --card: #1b2229; --text: #e6ebf0; --soft: #a5b1bc; --rule: #333d47; --line: #69b3ee; --area: #69b3ee26;
          --own: #69b3ee; --shared: #33607f; --free: #2c353d; --good: #6fcb84; --bad: #ff8a80; --warn: #ffc061; --none: #8d99a5; --badsoft: #3a2220; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
        a { color: var(--line); } .skip { position: absolute; left: -999px; } .skip:focus { left: 8px; top: 8px; background: var(--card); padding: 8px; }
        header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
        header { padding-top: 28px; } h1 { font-size: 1.7rem; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin: 0 0 12px; } h3 { font-size: 1rem; margin: 20px 0 8px; }
        p { margin: 0 0 12px; } .soft { color: var(--soft); } .good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
        section { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 18px 20px; margin: 18px 0; }
        .problems { background: var(--badsoft); } .problems ul { margin: 0; padding-left: 20px; overflow-wrap: anywhere; }
        dl.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px; margin: 0; }
        .tiles div { border-left: 3px solid var(--own); padding-left: 10px; } dt { color: var(--soft); font-size: .85rem; } dd { margin: 0; font-size: 1.25rem; font-variant-numeric: tabular-nums; }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr)); gap: 24px; } figure { margin: 0 0 14px; } figcaption { color: var(--soft); font-size: .9rem; margin-bottom: 4px; }
        svg.chart { display: block; width: 100%; height: auto; } svg text.axis { fill: var(--soft); font: 12px system-ui, sans-serif; } .grid { stroke: var(--rule); }
        .line { fill: none; stroke: var(--line); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; } .area { fill: var(--area); } .forecast { fill: none; stroke: var(--warn); stroke-width: 2; stroke-dasharray: 6 5; }
        .own { fill: var(--own); background: var(--own); } .shared { fill: var(--shared); background: var(--shared); } .free { fill: var(--free); background: var(--free); }
        rect.good { fill: var(--good); } rect.bad { fill: var(--bad); } rect.warn { fill: var(--warn); } rect.none { fill: var(--none); }
        svg.inline { width: 160px; height: 12px; display: block; background: var(--free); border-radius: 3px; }
        ul.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; font-size: .9rem; } .legend i { display: inline-block; width: 12px; height: 12px; border-radius: 3px; margin-right: 6px; vertical-align: -1px; }
        .legend i.good { background: var(--good); } .legend i.bad { background: var(--bad); } .legend i.warn { background: var(--warn); } .legend i.none { background: var(--none); }
        .scroll { overflow-x: auto; } .scroll:focus-visible, button:focus-visible { outline: 2px solid var(--line); outline-offset: 2px; }
        table { border-collapse: collapse; width: 100%; font-size: .92rem; } caption { text-align: left; color: var(--soft); padding-bottom: 6px; }
        th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--rule); vertical-align: middle; white-space: nowrap; } td.long { white-space: normal; min-width: 220px; overflow-wrap: anywhere; }
        .number { text-align: right; font-variant-numeric: tabular-nums; } th button { all: unset; cursor: pointer; font-weight: 600; } th button::after { content: " ⇅"; color: var(--soft); font-weight: 400; }
        th[aria-sort=ascending] button::after { content: " ↑"; color: var(--text); } th[aria-sort=descending] button::after { content: " ↓"; color: var(--text); }
        footer { color: var(--soft); font-size: .85rem; padding-bottom: 32px; }
        @media (max-width: 600px) { header, main, footer { padding-left: 12px; padding-right: 12px; } section { padding: 14px 12px; } svg text.axis { font-size: 22px; } svg.inline { width: 90px; } }
        @media print { :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --soft: #444; --rule: #bbb; --line: #0b62a8; --area: #0b62a822; --own: #0b62a8; --shared: #8bb8dc; --free: #e5e5e5;
          --good: #2b7a3d; --bad: #b3261e; --warn: #8a5a00; --none: #7a8590; --badsoft: #fff; }
          body { font-size: 11pt; } section { break-inside: avoid; border: 0; padding: 0; } section.long { break-inside: auto; } .skip, th button::after { display: none; } .scroll { overflow: visible; } tr { break-inside: avoid; } thead { display: table-header-group; }
          * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
        """;

    /// <summary>
    /// A click on a heading sorts by it, a second click reverses the order. Numbers are sorted by the cell's
    /// data-value.
    /// </summary>
    public const string Script = """
        for (const button of document.querySelectorAll('th button')) button.addEventListener('click', () => {
          const head = button.closest('th'), table = head.closest('table'), column = [...head.parentNode.children].indexOf(head);
          const up = head.getAttribute('aria-sort') ? head.getAttribute('aria-sort') !== 'ascending' : !head.classList.contains('number');
          for (const other of head.parentNode.children) other.removeAttribute('aria-sort');
          head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
          const key = row => { const cell = row.children[column]; return cell.dataset.value === undefined ? cell.textContent : Number(cell.dataset.value); };
          const rows = [...table.tBodies[0].rows].sort((a, b) => { const x = key(a), y = key(b);
            return (typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true })) * (up ? 1 : -1); });
          table.tBodies[0].append(...rows);
        });
        """;
}
