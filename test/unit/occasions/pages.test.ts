import type { IDataObject } from 'n8n-workflow';

import { occasionKinds } from '../../../nodes/AlfaCrm/trigger/occasions/kinds';
import type { Looked, OccasionsState } from '../../../nodes/AlfaCrm/trigger/occasions/state';
import { emptyOccasions } from '../../../nodes/AlfaCrm/trigger/occasions/state';
import { step } from '../../../nodes/AlfaCrm/trigger/occasions/step';

const kind = occasionKinds.inDebt;
const settings = { kind, limit: -1, today: 20_000, now: 0, watched: [1], tellsFirst: false };
const debtor = (id: number): IDataObject => ({ id, balance: '-5.00' });
const sure = (...ids: number[]): Looked<IDataObject> => ({ rows: ids.map(debtor), isSure: true });
const part = (ids: number[], next?: number): Looked<IDataObject> => ({
	rows: ids.map(debtor),
	next,
	isSure: false,
});

/** Tells what each look makes news. */
function play(looks: ReadonlyArray<Looked<IDataObject>>): number[][] {
	let state: OccasionsState = emptyOccasions(-1);
	return looks.map((look) => {
		const { news, after } = step(state, new Map([[1, look]]), settings);
		state = JSON.parse(JSON.stringify(after(news.length))) as OccasionsState;
		return news.map(({ id }) => id);
	});
}

describe('a list that takes several polls', () => {
	it('does not make news of who moved to another page meanwhile', () => {
		const looks = [sure(1, 2, 3), part([1], 1), part([3]), sure(1, 2, 3)];
		expect(play(looks)).toEqual([[], [], [], []]);
	});

	it('lets go of who is missing twice', () => {
		const looks = [sure(1, 2), part([1], 1), part([]), part([1], 1), part([]), sure(1, 2)];
		expect(play(looks)).toEqual([[], [], [], [], [], [2]]);
	});

	it('begins in silence until it was read to its end', () => {
		expect(play([part([1], 1), part([2], 2), part([3]), sure(1, 2, 3, 4)])).toEqual([[], [], [], [4]]);
	});
});

it('a list that came whole lets go at once', () => {
	expect(play([sure(1, 2), sure(1), sure(1, 2)])).toEqual([[], [], [2]]);
});
