import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { dayAt } from '../../../nodes/AlfaCrm/trigger/occasions/days';
import type { OccasionName } from '../../../nodes/AlfaCrm/trigger/occasions/kinds';
import { occasionKinds } from '../../../nodes/AlfaCrm/trigger/occasions/kinds';
import type { Looked, OccasionsState } from '../../../nodes/AlfaCrm/trigger/occasions/state';
import { emptyOccasions, goesOn } from '../../../nodes/AlfaCrm/trigger/occasions/state';
import { step, zoneOf } from '../../../nodes/AlfaCrm/trigger/occasions/step';
import { expectedOf } from '../../support/occasions';
import type { World } from '../../support/occasionWorlds';
import { cardOf, isLasting, worldsOf } from '../../support/occasionWorlds';

/** What the trigger tells, its state written down and read again between any two polls. */
function toldOf(what: OccasionName, { zone, tellsFirst, clients, polls }: World): number[][] {
	const kind = occasionKinds[what];
	let text = JSON.stringify(emptyOccasions(polls[0].limit));
	return polls.map(({ at, limit, failing, take, isHalf }) => {
		const state = JSON.parse(text) as OccasionsState;
		const today = dayAt(at, zone);
		const zoneLimit = zoneOf(state, { kind, limit });
		const looks = new Map(
			[1, 2]
				.filter((branch) => !failing.includes(branch))
				.map((branch): [number, Looked<IDataObject>] => {
					const isSecond = goesOn(state.branches[branch], limit) !== undefined;
					const isFirst = isHalf && !isSecond;
					const rows = clients.flatMap((client, index) => {
						const card = cardOf(client, at) as IDataObject | undefined;
						const isOn = isSecond ? index % 2 === 1 : !isFirst || index % 2 === 0;
						return card && isOn && client.branches.includes(branch) ? [card] : [];
					});
					// A server that heeds the filter shows nobody else.
					const isShown = (row: IDataObject) => (kind.read(row, today, today)?.level ?? 0) <= zoneLimit;
					const shown = isLasting(what) && branch === 1 ? rows.filter(isShown) : rows;
					return [
						branch,
						{ rows: shown, next: isFirst ? 1 : undefined, size: 3, isSure: !isFirst && !isSecond },
					];
				}),
		);
		const settings = { kind, limit, today, now: at, watched: [1, 2], tellsFirst };
		const { news, after } = step(state, looks, settings);
		const told = news.slice(0, take);
		text = JSON.stringify(after(told.length));
		return told.map(({ id }) => id);
	});
}

it.each(Object.keys(occasionKinds) as OccasionName[])(
	'%s: each occasion once, in 2,000 schools with polls, nights off, failing branches and other limits',
	(what) => {
		let told = 0;
		fc.assert(
			fc.property(worldsOf(what), (world) => {
				const expected = expectedOf(what, world);
				told += expected.flat().length;
				expect(toldOf(what, world)).toEqual(expected);
			}),
			{ numRuns: 2_000, seed: 21 },
		);
		// The worlds are such that something happens in them.
		expect(told).toBeGreaterThan(400);
	},
);
