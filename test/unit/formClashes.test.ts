import { description } from '../support/form';

it('no two parameters of one name can be shown at once, whatever is chosen', () => {
	type Shown = Record<string, unknown[] | undefined>;
	const meet = (one: Shown, other: Shown) =>
		Object.entries(one).every(([name, values]) => {
			const others = other[name];
			return !values || !others || values.some((value) => others.includes(value));
		});
	const shows = description.properties.map(({ name, displayOptions = {} }) => {
		return { name, show: (displayOptions.show ?? {}) as Shown, hide: (displayOptions.hide ?? {}) as Shown };
	});
	/** Whether one is hidden wherever the other is shown, an expression included, with which n8n shows whatever it may. */
	const excludes = (show: Shown, hide: Shown) =>
		Object.entries(hide).some(([name, values = []]) => {
			const shown = show[name];
			const isForExpressions = JSON.stringify(values).includes('"^="');
			return shown !== undefined && isForExpressions && shown.every((value) => values.includes(value));
		});
	const clashes = shows.filter(({ name, show, hide }, index) =>
		shows
			.slice(index + 1)
			.some(
				(other) =>
					other.name === name &&
					meet(show, other.show) &&
					!excludes(show, other.hide) &&
					!excludes(other.show, hide),
			),
	);
	expect(clashes).toEqual([]);
});
