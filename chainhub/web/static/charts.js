/* Draws each [data-chart] from the table beside it: the table is the one truth, and its links are the chart's doors.

   The library is large, so it is asked for once a chart comes near the screen. Without script, or where the library
   does not come, the table stands there by itself. */
(function () {
  "use strict";

  var LIBRARY = document.currentScript.getAttribute("data-library");
  var places = document.querySelectorAll("[data-chart]");
  if (!places.length) return;
  var colours = getComputedStyle(document.documentElement);

  function colour(name) { return colours.getPropertyValue(name).trim(); }

  /* Columns of the table, the first being what stands along the axis. */
  function read(table) {
    var heads = [], rows = [];
    table.querySelectorAll("thead th").forEach(function (one) { heads.push(one.textContent.trim()); });
    table.querySelectorAll("tbody tr").forEach(function (row) {
      var cells = [];
      row.querySelectorAll("td").forEach(function (cell) {
        var link = cell.querySelector("a");
        cells.push({ value: parseFloat(cell.textContent), url: link ? link.href : "" });
      });
      rows.push({ label: row.querySelector("th").textContent.trim(), cells: cells });
    });
    return { heads: heads, rows: rows };
  }

  /* 2026年3月 is 3 on the axis, with its year beneath where a year begins; not where the next one would stand upon it. */
  function short(rows) {
    var parts = rows.map(function (row) { return row.label.split("年"); });
    function begins(at) { return parts[at] && parts[at].length === 2 && (!at || parts[at][0] !== parts[at - 1][0]); }
    return parts.map(function (one, at) {
      var crowded = begins(at + 1) || begins(at + 2);
      return one[one.length - 1].replace("月", "") + (begins(at) && !crowded ? "\n" + one[0] + "年" : "");
    });
  }

  function series(kind, found, at, size) {
    var drawn = {
      name: found.heads[at + 1],
      data: found.rows.map(function (row) { return row.cells[at].value; }),
      type: kind === "line" ? "line" : "bar",
      color: colour(at ? "--chart-2" : "--chart-1"),
      barMaxWidth: 18,
      symbolSize: 7,
      cursor: found.rows.some(function (row) { return row.cells[at].url; }) ? "pointer" : "default",
      emphasis: { label: { show: true, position: "top", color: colour("--ink"), fontSize: size } },
    };
    if (kind === "rows") {
      drawn.barMaxWidth = 12;
      drawn.barCategoryGap = "30%";
      drawn.label = { show: true, position: "right", color: colour("--ink"), fontSize: size };
      drawn.emphasis = {};
    }
    if (kind === "line") {
      drawn.symbol = "circle";
      drawn.lineStyle = { width: 2 };
      drawn.label = { show: false };
    }
    return drawn;
  }

  function draw(place) {
    var found = read(document.getElementById(place.getAttribute("data-table")));
    if (!found.rows.length) return;
    var kind = place.getAttribute("data-chart");
    var many = parseInt(place.getAttribute("data-series"), 10) || 1;
    var style = getComputedStyle(place), size = parseFloat(style.fontSize);
    var all = [];
    for (var at = 0; at < many; at += 1) all.push(series(kind, found, at, size));
    var lying = kind === "rows";
    var names = {
      type: "category",
      data: lying ? found.rows.map(function (row) { return row.label; }) : short(found.rows),
      inverse: lying,
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colour("--line") } },
      axisLabel: { color: colour("--ink-2"), fontSize: size, interval: 0, lineHeight: size * 1.4 },
    };
    var numbers = {
      type: "value",
      minInterval: 1,
      splitNumber: 4,
      splitLine: { lineStyle: { color: colour("--line") } },
      axisLabel: { color: colour("--ink-2"), fontSize: size },
    };
    var chart = window.echarts.init(place);
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: style.fontFamily, fontSize: size },
      grid: { left: 4, right: lying ? size * 2 : 8, top: lying ? 4 : size * 1.6, bottom: 4, containLabel: true },
      xAxis: lying ? numbers : names,
      yAxis: lying ? names : numbers,
      series: all,
    });
    chart.on("click", function (event) {
      var url = found.rows[event.dataIndex].cells[event.seriesIndex].url;
      if (url) window.location.assign(url);
    });
    window.addEventListener("resize", function () { chart.resize(); });
    window.addEventListener("beforeprint", function () { chart.resize(); });
  }

  function drawAll() { places.forEach(draw); }

  function leaveOut() {
    places.forEach(function (place) {
      place.hidden = true;
      document.getElementById(place.getAttribute("data-table")).closest("details").open = true;
    });
  }

  function ask() {
    var script = document.createElement("script");
    script.src = LIBRARY;
    script.onload = drawAll;
    script.onerror = leaveOut;
    document.head.appendChild(script);
  }

  if (!window.IntersectionObserver) return ask();
  var near = new IntersectionObserver(function (seen) {
    if (!seen.some(function (one) { return one.isIntersecting; })) return;
    near.disconnect();
    ask();
  }, { rootMargin: "400px" });
  places.forEach(function (place) { near.observe(place); });
})();
