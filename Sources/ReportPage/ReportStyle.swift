/// The page's only style sheet: light and dark by the reader's setting, and a print layout.
package let reportStyle = """
    :root{--bg:#fff;--fg:#1b1f24;--muted:#57606a;--line:#c9d1d9;--card:#f6f8fa;--ref:#5b7083;
    --cur:#a33b00;--ok:#1a6b37}
    @media (prefers-color-scheme:dark){:root{--bg:#14181d;--fg:#e6e9ed;--muted:#a9b3bd;--line:#3a434d;--card:#1c2229;
    --ref:#93a9bf;--cur:#ff9d5c;--ok:#6fd08c}}
    *{box-sizing:border-box}
    body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.5 system-ui,sans-serif}
    header,main,footer{max-width:72rem;margin:0 auto;padding:1rem}
    header{padding-bottom:0}main{padding-top:0}
    h1{font-size:1.6rem;margin:.5rem 0}h2{font-size:1.2rem;margin:1.75rem 0 .5rem}h3{font-size:1rem;margin:0}
    .verdict{margin:.75rem 0;padding:.75rem 1rem;font-size:1.15rem;background:var(--card);
    border-left:.4rem solid var(--ok)}
    .verdict.drift{border-color:var(--cur)}
    dl{display:grid;grid-template-columns:fit-content(45%) 1fr;gap:.15rem 1rem;margin:0}
    dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}
    li{margin:.25rem 0;overflow-wrap:anywhere}
    ol{padding-left:1.75rem}
    .scroll{overflow-x:auto}
    table{border-collapse:collapse;width:100%;font-size:.9rem}
    caption{text-align:left;color:var(--muted);padding:.25rem 0}
    caption span{display:inline-block;position:sticky;left:0;max-width:calc(100vw - 2rem)}
    th,td{text-align:left;vertical-align:top;padding:.3rem .45rem;border-bottom:1px solid var(--line)}
    thead th{vertical-align:bottom}thead tr:first-child .g{text-align:center;padding-bottom:0;border:0}
    tbody th{overflow-wrap:anywhere;min-width:min(13rem,34vw);position:sticky;left:0;background:var(--bg)}
    .v{min-width:6.4rem}.t{min-width:9rem}
    .n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
    .w td{white-space:nowrap}
    .d{color:var(--cur);font-weight:600}
    .charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:1rem}
    figure{margin:0;padding:.75rem;border:1px solid var(--line);border-radius:.4rem;break-inside:avoid}
    figure h3{overflow-wrap:anywhere}
    figcaption{font-size:.85rem;color:var(--muted);overflow-wrap:anywhere}
    svg{width:100%;height:auto;display:block;margin:.4rem 0}
    svg text{font:10px system-ui,sans-serif;fill:var(--fg)}
    .e{text-anchor:end}
    .r{fill:var(--ref);fill-opacity:.4;stroke:var(--ref);stroke-width:.8}
    .c{fill:none;stroke:var(--cur);stroke-width:1.6}
    .rl{fill:none;stroke:var(--ref);stroke-width:1.6}
    .x{stroke:var(--line);fill:none}
    .key svg{display:inline-block;width:1.6rem;height:.8rem;margin:0 .25rem;vertical-align:middle}
    footer{color:var(--muted);font-size:.85rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
    @page{margin:15mm;@bottom-right{content:counter(page) " / " counter(pages);font:8pt system-ui,sans-serif}}
    @media print{:root{--bg:#fff;--fg:#000;--muted:#444;--line:#999;--card:#fff;--ref:#5b7083;
    --cur:#a33b00;--ok:#1a6b37}
    body{font-size:10pt}header,main,footer{max-width:none;padding-left:0;padding-right:0}
    .scroll{overflow:visible}table{font-size:7.5pt}th,td{padding:.15rem .3rem}
    tbody th{min-width:7rem;position:static}.v{min-width:4.6rem}.t{min-width:6.5rem}
    caption span{max-width:none}thead{display:table-header-group}
    figure{padding:.4rem .5rem}figure h3{font-size:10pt}figcaption{font-size:8pt;line-height:1.35}
    tr,figure,.verdict,.key{break-inside:avoid}h2{break-after:avoid}
    section[aria-labelledby=charts]{break-before:page}
    .charts{grid-template-columns:1fr 1fr;gap:.6rem}}
    """
