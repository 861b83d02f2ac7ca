import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../../sandbox';
import { Calendar } from '../../support/calendar';

/** Not due on 10 March and due on 13 March, there by what `due` makes of it. */
interface Case {
	parameters?: INodeParameters;
	calm: JsonObject;
	due?: JsonObject;
}

const cases: Record<string, Case> = {
	customerBirthday: { parameters: { birthdayIn: 1 }, calm: { dob: '14.03.2015' } },
	subscriptionEnding: { calm: { paid_till: '2026-03-16 18:00:00' } },
	notSeen: { parameters: { daysNotSeen: 9 }, calm: { last_attend_date: '2026-03-04' } },
	lessonsRunningOut: { calm: { paid_lesson_count: 3 }, due: { paid_lesson_count: 2 } },
	inDebt: { calm: { balance: '0.00' }, due: { balance: '-50.00' } },
};

describe.each(Object.entries(cases))('%s', (event, { parameters, calm, due = {} }) => {
	/** A trigger that has begun, and a client. */
	const begun = async (more: INodeParameters = {}, card: JsonObject = {}) => {
		const calendar = new Calendar('2026-03-10 09:00', { event, ...parameters, ...more });
		const id = calendar.client({ ...calm, ...card });
		expect(await calendar.poll()).toEqual([]);
		return { calendar, id };
	};
	const open = ({ school }: Calendar, is_active: 0 | 1) => school.store.patch('branch', 2, { is_active });

	it.each<[when: string, move: JsonObject, before: string]>([
		['before it is due', { branch_ids: [2] }, '2026-03-12 08:00'],
		['on the very day', { branch_ids: [2], ...due }, '2026-03-13 00:10'],
	])('a client who is moved to another branch %s is told once', async (_when, move, time) => {
		const { calendar, id } = await begun();
		calendar.card(id, move);
		const told = await calendar.ids(time);
		calendar.card(id, due);
		told.push(...(await calendar.ids('2026-03-13 09:00')), ...(await calendar.ids('2026-03-13 11:00')));
		expect(told).toEqual([id]);
	});

	it('a client who is moved after it was told is not told again', async () => {
		const { calendar, id } = await begun();
		calendar.card(id, due);
		expect(await calendar.ids('2026-03-13 09:00')).toEqual([id]);
		calendar.card(id, { branch_ids: [2] });
		expect(await calendar.ids('2026-03-13 11:00')).toEqual([]);
		calendar.card(id, { branch_ids: [1] });
		expect(await calendar.ids('2026-03-13 13:00')).toEqual([]);
	});

	it('who comes from a branch that is not watched or from the archive, or was a lead, is told what is due', async () => {
		const { calendar, id } = await begun({ branchIds: [1] }, { branch_ids: [2] });
		const lead = calendar.client({ ...calm, is_study: 0 });
		const archived = calendar.client({ ...calm, e_date: '2026-03-01' });
		for (const one of [id, lead, archived]) calendar.card(one, due);
		expect(await calendar.ids('2026-03-13 09:00')).toEqual([]);
		calendar.card(id, { branch_ids: [1] });
		calendar.card(lead, { is_study: 1 });
		calendar.card(archived, { e_date: '2030-12-31' });
		expect(await calendar.ids('2026-03-13 11:00')).toEqual([id, lead, archived]);
		expect(await calendar.ids('2026-03-13 13:00')).toEqual([]);
	});

	it('a branch that was closed and is opened again counts as added', async () => {
		const { calendar, id } = await begun();
		const [told, silent] = [1, 2].map(() => calendar.client({ ...calm, branch_ids: [2] }));
		await calendar.poll('2026-03-10 11:00');
		calendar.card(told, due);
		const isDated = Object.keys(due).length === 0;
		if (!isDated) expect(await calendar.ids('2026-03-11 09:00')).toEqual([told]);
		open(calendar, 0);
		await calendar.poll('2026-03-11 13:00');
		for (const one of [id, silent]) calendar.card(one, due);
		expect(await calendar.ids('2026-03-13 09:00')).toEqual([id]);
		open(calendar, 1);
		for (const time of ['11:00', '13:00', '15:00'])
			expect(await calendar.ids(`2026-03-13 ${time}`)).toEqual([]);
		const later = calendar.client({ ...calm, ...due, branch_ids: [2] });
		expect(await calendar.ids('2026-03-13 17:00')).toEqual([later]);
	});
});

it('lessonsRunningOut: a new client who has no lessons yet is told, and again once some were bought and used', async () => {
	const calendar = new Calendar('2026-03-10 09:00', { event: 'lessonsRunningOut' });
	await calendar.poll();
	const id = calendar.client({ paid_lesson_count: 0 });
	const told: unknown[] = [];
	for (const [day, paid_lesson_count] of [0, 0, 8, 3, 2, 1].entries()) {
		calendar.card(id, { paid_lesson_count });
		told.push((await calendar.ids(`2026-03-${11 + day} 09:00`)).length);
	}
	expect(told).toEqual([1, 0, 0, 0, 1, 0]);
});

it.each(['lessonsRunningOut', 'inDebt'])(
	'%s: who is moved to a branch that cannot be read just then is told again',
	async (event) => {
		const calendar = new Calendar('2026-03-10 09:00', { event });
		const { calm, due = {} } = cases[event];
		const id = calendar.client(calm);
		await calendar.poll();
		calendar.card(id, due);
		expect(await calendar.ids('2026-03-10 11:00')).toEqual([id]);
		calendar.card(id, { branch_ids: [2] });
		calendar.school.settings.forbiddenBranches = [2];
		expect(await calendar.ids('2026-03-10 13:00')).toEqual([]);
		calendar.school.settings.forbiddenBranches = [];
		expect(await calendar.ids('2026-03-10 15:00')).toEqual([id]);
	},
);
