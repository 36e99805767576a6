/** How the page looks and answers to the pointer. */

/** By the reader's own choice of light or dark. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f7f7f5;--card:#fff;--ink:#1d2126;--dim:#646b75;--line:#e2e2de;--own:#1f6feb;--held:#8a9099;--bought:#c77700;
--grid:#8250df;--good:#1a7f4b;--bad:#c9372c}
@media(prefers-color-scheme:dark){:root{--bg:#14171a;--card:#1c2024;--ink:#e8eaed;--dim:#9aa3ad;--line:#30363d;--own:#58a6ff;--held:#8b949e;
--bought:#e3a23c;--grid:#b392f0;--good:#4cc38a;--bad:#ff7b72}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:1080px;margin:0 auto;padding:32px 20px 48px}h1{font-size:24px;line-height:1.25;margin:0}h2{font-size:15px;margin:0 0 2px}
p{margin:4px 0;color:var(--dim)}.note{font-size:13px}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:20px 0}
.figure,.chart{background:var(--card);border:1px solid var(--line);border-radius:10px}.figure{padding:12px 14px}
.figure b{display:block;font-size:22px;font-weight:650;font-variant-numeric:tabular-nums;line-height:1.3}.figure span{font-size:13px;color:var(--dim)}
.chart{padding:16px 18px;margin:12px 0}.two{display:grid;grid-template-columns:1fr 1fr;gap:12px}.two .chart{margin:0}
@media(max-width:760px){.two{grid-template-columns:1fr}}
svg{display:block;width:100%;height:auto;overflow:visible}text{fill:var(--dim);font-size:11px;font-variant-numeric:tabular-nums}
.rule{stroke:var(--line)}.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:13px;color:var(--dim);margin:4px 0 8px}
.legend i{display:inline-block;width:16px;height:3px;border-radius:2px;vertical-align:middle;margin-right:6px}
.own{stroke:var(--own)}.held{stroke:var(--held)}.bought{stroke:var(--bought)}.grid{stroke:var(--grid)}.dim{stroke:var(--held)}
path.own,path.held,path.bought,path.grid,path.dim{fill:none;stroke-width:1.4;stroke-linejoin:round;vector-effect:non-scaling-stroke}path.own{stroke-width:2}
.fall{fill:var(--bad);opacity:.28}.bad{fill:var(--bad)}.good{fill:var(--good)}
.read{font-size:13px;min-height:1.5em;font-variant-numeric:tabular-nums;color:var(--dim)}.cursor{stroke:var(--dim);stroke-dasharray:3 3;visibility:hidden}
.modes{display:flex;height:14px;border-radius:7px;overflow:hidden;margin:10px 0 8px}.modes i{display:block}
table{width:100%;border-collapse:collapse;font-size:14px;font-variant-numeric:tabular-nums}td,th{padding:5px 8px;border-top:1px solid var(--line);text-align:left;
vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}tr:first-child td{border-top:0}th{font-weight:600;color:var(--dim);border:0}
code{font-size:12px;word-break:break-all;color:var(--dim)}`

/** Reads the points of each chart out of the page, and shows those under the pointer. */
export const SCRIPT = `
for(const box of document.querySelectorAll("[data-points]")){
 const {times,series,unit}=JSON.parse(box.dataset.points),svg=box.querySelector("svg"),line=svg.querySelector(".cursor"),read=box.querySelector(".read")
 const [left,right,width]=[+svg.dataset.left,+svg.dataset.right,+svg.dataset.width]
 const at=event=>{const r=svg.getBoundingClientRect(),x=(event.clientX-r.left)/r.width*width
  const share=Math.min(1,Math.max(0,(x-left)/(right-left))),when=times[0]+share*(times.at(-1)-times[0])
  let low=0,high=times.length-1;while(low<high){const m=(low+high)>>1;times[m]<when?low=m+1:high=m}
  const px=left+(times[low]-times[0])/Math.max(1,times.at(-1)-times[0])*(right-left)
  line.setAttribute("x1",px);line.setAttribute("x2",px);line.style.visibility="visible"
  read.textContent=new Date(times[low]).toISOString().slice(0,16).replace("T"," ")+" UTC  ·  "+series.map(([name,values])=>name+" "+values[low]+(unit?" "+unit:"")).join("  ·  ")}
 svg.addEventListener("pointermove",at)
 svg.addEventListener("pointerleave",()=>{line.style.visibility="hidden";read.textContent=""})}`
