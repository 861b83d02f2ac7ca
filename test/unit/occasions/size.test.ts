import { textOf } from '../../../nodes/AlfaCrm/trigger/occasions/days';
import type { OccasionName } from '../../../nodes/AlfaCrm/trigger/occasions/kinds';
import { occasionKinds } from '../../../nodes/AlfaCrm/trigger/occasions/kinds';
import { emptyOccasions } from '../../../nodes/AlfaCrm/trigger/occasions/state';
import { step } from '../../../nodes/AlfaCrm/trigger/occasions/step';

const TODAY = 20_500;

/** Clients of whom two in three are concerned, with IDs that have gaps, as they are where many are leads. */
const clients = (count: number, card: (index: number) => object) =>
	Array.from({ length: count }, (_one, index) => ({
		id: 1 + index * 3 + (index % 2),
		is_study: 1,
		...card(index),
	}));

it.each<[what: OccasionName, limit: number, most: number, card: (index: number) => object]>([
	['inDebt', -1, 13, (index) => ({ balance: index % 3 ? '-5.00' : '10.00' })],
	['lessonsRunningOut', 3, 16, (index) => ({ paid_lesson_count: index % 3 ? 0 : 8 - (index % 12) })],
	['notSeen', -14, 7, (index) => ({ last_attend_date: textOf(TODAY - 14 - (index % 29)) })],
])('of %s grows by few characters for each client concerned', (what, limit, most, card) => {
	const size = (count: number): number => {
		const look = { rows: clients(count, card), isSure: true };
		const { after } = step(emptyOccasions(limit), new Map([[1, look]]), {
			...{ kind: occasionKinds[what], limit, today: TODAY, now: TODAY * 86_400_000 },
			...{ watched: [1], tellsFirst: false },
		});
		return JSON.stringify(after(0)).length;
	};
	const concerned = what === 'notSeen' ? 20_000 : (20_000 * 2) / 3;
	const perClient = (size(30_000) - size(10_000)) / concerned;
	expect(perClient).toBeLessThan(most);
	expect(perClient).toBeGreaterThan(most / 2);
});
