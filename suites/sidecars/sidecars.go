// Package sidecars has the scenarios about pods of several containers: what one
// container's hooks and end mean to the others, and how sidecars start, restart
// and stop.
package sidecars
