/*
 * contest.js: contenders measured in turns, so that all have the same of the
 * machine, and what is made of their figures.
 */
"use strict";

function sorted(list) {
	return [...list].sort((a, b) => a - b);
}

function quantile(list, part) {
	const all = sorted(list);
	const at = (all.length - 1) * part;
	const low = Math.floor(at);

	return all[low] + (all[Math.ceil(at)] - all[low]) * (at - low);
}

function median(list) {
	return quantile(list, 0.5);
}

/* The middle half's width, as a part of the median. */
function spread(list) {
	return (quantile(list, 0.75) - quantile(list, 0.25)) /
	    Math.abs(median(list));
}

/*
 * Measures each contender `turns` times, in an order that changes; the first
 * turn is for caches of all kinds and does not count.  `measure(contender)`
 * gives an object of numbers.  Gives for each contender the list of them.
 */
async function takeTurns(contenders, turns, measure) {
	const results = contenders.map(() => []);

	for (let turn = 0; turn <= turns; turn++) {
		const order = contenders.map((each, index) => index);

		if (turn % 2 === 1)
			order.reverse();
		for (const index of order) {
			const result = await measure(contenders[index]);

			if (turn > 0)
				results[index].push(result);
		}
	}
	return results;
}

/*
 * One line of the table: how much better ours is than the other, by `figure`
 * of which more is better, or less when `less` is true.  The ratio is the
 * median of the turns' ratios.
 */
function compare(name, unit, ours, others, figure, { less = false, floor,
    labels }) {
	const ratios = ours.map((one, turn) => less ?
	    others[turn][figure] / one[figure] :
	    one[figure] / others[turn][figure]);
	const medians = (list) => Object.fromEntries(Object.keys(list[0])
	    .map((key) => [key, median(list.map((one) => one[key]))]));

	return { name, ratio: median(ratios), floor, spread: spread(ratios),
		unit, figure, turns: ratios.length,
		figures: { [labels[0]]: medians(ours),
			[labels[1]]: medians(others) } };
}

module.exports = { compare, median, spread, takeTurns };
