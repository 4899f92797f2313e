// Package page makes index.html of a run: one file that shows the verdict, every
// requirement with its evidence, and of each scenario a picture of what happened.
//
// The file needs nothing besides itself: style, script and pictures are in it, its
// Content-Security-Policy forbids it to load anything, and the only addresses in it
// are links to sources. Without JavaScript everything can be read; the script adds
// the filters.
//
// From data to picture:
//
//  1. [Write] loads each history that the report names, once: requirements of one
//     scenario share its picture.
//  2. A history becomes a timeline: lanes (steps, phase, deletion, and for each
//     container its state, readiness, hooks, signals, probes and journal; Events;
//     conditions of endpoints) of marks, which are intervals on the runner's clock.
//     What the clocks leave open is the width of a mark, so that nothing looks more
//     exact than it is.
//  3. A timeline becomes SVG, as text: a template would be slower and larger.
//
// The size is kept down by leaving out what HTML allows to leave out. A history
// that cannot be read costs its picture only, and the page says why.
//
// When not to use it: programs want report.json.
package page
