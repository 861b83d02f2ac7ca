import type { INodeParameters } from 'n8n-workflow';

import type { JsonObject } from '../../../../sandbox';
import { Calendar } from '../../support/calendar';

const START = '2026-03-10 09:00';

/** What is not due on 10 March and is on 14 March; what is due on both; what makes another occasion of it after that. */
interface Case {
	/** The parameter that says who counts. */
	limit: string;
	parameters?: INodeParameters;
	calm: JsonObject;
	before: JsonObject;
	later?: JsonObject;
	says: JsonObject;
	over: JsonObject;
	again: JsonObject;
}

const cases: Record<string, Case> = {
	customerBirthday: {
		limit: 'Days Before the Birthday',
		parameters: { birthdayIn: 2 },
		calm: { dob: '16.03.2015' },
		before: { dob: '11.03.2015' },
		says: { birthday: '2026-03-16', days_left: 2, turns: 11 },
		over: {},
		again: {},
	},
	subscriptionEnding: {
		limit: 'Days Before the End',
		calm: { paid_till: '2026-03-17 18:00:00' },
		before: { paid_till: '2026-03-12 18:00:00' },
		says: { ends_on: '2026-03-17', days_left: 3 },
		over: { paid_till: '2026-04-17 18:00:00' },
		again: { paid_till: '2026-03-25 18:00:00' },
	},
	notSeen: {
		limit: 'Days Not Seen',
		parameters: { daysNotSeen: 10 },
		calm: { last_attend_date: '2026-03-04' },
		before: { last_attend_date: '2026-02-27' },
		says: { last_seen: '2026-03-04', days_not_seen: 10 },
		over: { last_attend_date: '2026-03-14' },
		again: { last_attend_date: '2026-03-14' },
	},
	lessonsRunningOut: {
		limit: 'Lessons Left',
		calm: { paid_lesson_count: 3 },
		before: { paid_lesson_count: 1 },
		later: { paid_lesson_count: 2 },
		says: { lessons_left: 2 },
		over: { paid_lesson_count: 8 },
		again: { paid_lesson_count: 2 },
	},
	inDebt: {
		limit: 'Balance Below',
		calm: { balance: '0.00' },
		before: { balance: '-100.00' },
		later: { balance: '-0.50' },
		says: { debt: 0.5 },
		over: { balance: '0.00' },
		again: { balance: '-200.00' },
	},
};

describe.each(Object.entries(cases))(
	'%s',
	(event, { limit, parameters, calm, before, later, says, over, again }) => {
		const all = { event, ...parameters };

		it('tells each client once, and again when it is another occasion', async () => {
			const calendar = new Calendar(START, all);
			const [id, known] = [calendar.client(calm), calendar.client(before)];
			expect(await calendar.poll()).toEqual([]);
			expect(await calendar.poll('2026-03-12 09:00')).toEqual([]);
			if (later) calendar.card(id, later);
			const items = await calendar.poll('2026-03-14 09:00');
			expect(items).toEqual([{ ...says, ...(items[0] as JsonObject), id, name: 'Мия' }]);
			expect(items).toMatchObject([{ ...says, is_study_name: 'Client' }]);
			expect(Object.keys(items[0]).slice(0, Object.keys(says).length)).toEqual(Object.keys(says));
			for (const time of ['2026-03-14 12:00', '2026-03-15 09:00'])
				expect(await calendar.poll(time)).toEqual([]);
			calendar.poller.restart();
			expect(await calendar.poll('2026-03-15 18:00')).toEqual([]);
			calendar.card(id, over);
			expect(await calendar.poll('2026-03-16 09:00')).toEqual([]);
			calendar.card(id, again);
			const next = event === 'customerBirthday' ? '2027-03-15 09:00' : '2026-03-25 09:00';
			expect(await calendar.ids(next)).toEqual(event === 'customerBirthday' ? [known, id] : [id]);
		});

		it('says what fell due while n8n was off', async () => {
			const calendar = new Calendar(START, all);
			const id = calendar.client(calm);
			expect(await calendar.poll()).toEqual([]);
			if (later) calendar.card(id, later);
			calendar.poller.restart();
			expect(await calendar.ids('2026-03-18 09:00')).toEqual([id]);
			expect(await calendar.poll('2026-03-18 10:00')).toEqual([]);
		});

		it.each([
			['filters are ignored', { ignoredFilters: ['customer.*'] as string[] }],
			['pages are small', { pageSize: 1, bodyPageSize: 'ignored' }],
			['totals are missing and pages shuffled', { total: 'missing', shuffle: true }],
		] as const)('tells the same where %s', async (_name, settings) => {
			const calendar = new Calendar(START, all, {}, { ...settings });
			const id = calendar.client(calm);
			calendar.client({ ...calm, is_study: 0 });
			calendar.client(before);
			expect(await calendar.poll()).toEqual([]);
			for (const one of [id, id + 1]) if (later) calendar.card(one, later);
			expect(await calendar.ids('2026-03-14 09:00')).toEqual([id]);
			expect(await calendar.poll('2026-03-14 11:00')).toEqual([]);
		});

		it('asks nothing between two looks, and once for each branch then', async () => {
			const calendar = new Calendar(START, all);
			const id = calendar.client(calm);
			await calendar.poll();
			expect(calendar.asked.map(({ branch }) => branch)).toEqual([1, 2]);
			for (const time of ['09:01', '09:30', '09:50']) {
				await calendar.poll(`2026-03-10 ${time}`);
				expect(calendar.asked).toEqual([]);
			}
			await calendar.poll('2026-03-10 10:00');
			expect(calendar.asked).toHaveLength(2);
			if (later) calendar.card(id, later);
			// Another day does not wait.
			await calendar.poll('2026-03-10 23:59');
			expect(await calendar.ids('2026-03-14 00:01')).toEqual(later ? [] : [id]);
			expect(calendar.asked).toHaveLength(2);
		});

		it('looks more often if it is told to', async () => {
			const calendar = new Calendar(START, { ...all, options: { lookEvery: 10 } });
			calendar.client(calm);
			await calendar.poll();
			await calendar.poll('2026-03-10 09:10');
			expect(calendar.asked).toHaveLength(2);
		});

		it('says in the first poll what falls due that day, or nothing', async () => {
			const start = '2026-03-14 09:00';
			const tells = new Calendar(start, { ...all, options: { firstPoll: 'due' } });
			const id = tells.client({ ...calm, ...later });
			tells.client({ ...calm, ...later, e_date: '2026-03-01' });
			const isDated = later === undefined;
			if (isDated) tells.client(before);
			expect(await tells.ids()).toEqual([id]);
			expect(await tells.poll('2026-03-14 12:00')).toEqual([]);
		});

		it('one branch that cannot be read is named, and the others go on', async () => {
			const calendar = new Calendar(START, all);
			const [id, other] = [calendar.client(calm), calendar.client({ ...calm, branch_ids: [2] })];
			expect(await calendar.poll()).toEqual([]);
			for (const one of [id, other]) if (later) calendar.card(one, later);
			calendar.school.settings.forbiddenBranches = [2];
			expect(await calendar.ids('2026-03-14 09:00')).toEqual([id]);
			expect(calendar.poller.notes.join()).toContain('could not look into branch 2');
			expect(await calendar.poll('2026-03-14 09:05')).toEqual([]);
			expect(calendar.asked.map(({ branch }) => branch)).toEqual([2]);
			expect(await calendar.poll('2026-03-14 11:00')).toEqual([]);
			calendar.school.settings.forbiddenBranches = [];
			expect(await calendar.ids('2026-03-15 09:00')).toEqual([other]);
		});

		it('keeps to the most that a poll may report, and goes on with the next', async () => {
			const calendar = new Calendar(START, { ...all, options: { maxPerPoll: 2 } });
			const ids = [1, 2, 3, 4, 5].map(() => calendar.client(calm));
			expect(await calendar.poll()).toEqual([]);
			for (const id of ids) if (later) calendar.card(id, later);
			const polls = [await calendar.ids('2026-03-14 09:00'), await calendar.ids(), await calendar.ids()];
			expect(polls).toEqual([ids.slice(0, 2), ids.slice(2, 4), ids.slice(4)]);
			expect(await calendar.ids()).toEqual([]);
		});

		it('reads a long list over several polls', async () => {
			const calendar = new Calendar(
				START,
				all,
				{ budgetMs: 10_000 },
				{ pageSize: 1, bodyPageSize: 'ignored' },
			);
			const ids = Array.from({ length: 16 }, () => calendar.client(calm));
			calendar.school.onCall = () => calendar.pass(1_000);
			const polls = async (time: string) => {
				calendar.at(time);
				const found: unknown[] = [];
				for (let n = 0; n < 8; n++) found.push(...(await calendar.ids()));
				return found;
			};
			expect(await polls(START)).toEqual([]);
			for (const id of ids) if (later) calendar.card(id, later);
			const found = await polls('2026-03-14 09:00');
			expect([...found].sort()).toEqual([...ids].sort());
			expect(await polls('2026-03-15 09:00')).toEqual([]);
		});

		it('shows real clients as a test event, and says when there is none', async () => {
			const calendar = new Calendar('2026-03-14 09:00', all);
			await expect(calendar.poller.fetchTestEvent()).rejects.toMatchObject({
				message: 'AlfaCRM has nothing yet that this trigger would report',
				description: expect.stringContaining(`'${limit}' says who counts: change it for the test`) as string,
			});
			const id = calendar.client({ ...calm, ...later });
			expect(await calendar.poller.fetchTestEvent()).toMatchObject([{ ...says, id }]);
		});

		it('what a new branch holds when it is chosen is no news', async () => {
			const calendar = new Calendar(START, { ...all, branchIds: [1] });
			calendar.client({ ...before, branch_ids: [2] });
			expect(await calendar.poll()).toEqual([]);
			calendar.poller.change({ ...all, branchIds: [1, 2] });
			expect(await calendar.poll('2026-03-10 09:05')).toEqual([]);
			const id = calendar.client({ ...calm, branch_ids: [2] });
			expect(await calendar.poll('2026-03-10 11:00')).toEqual([]);
			if (later) calendar.card(id, later);
			expect(await calendar.ids('2026-03-14 09:00')).toEqual([id]);
		});
	},
);

it('a debtor who is moved to a branch that can be read is told once, and again where it cannot', async () => {
	const calendar = new Calendar(START, { event: 'inDebt' });
	const { settings } = calendar.school;
	const ids = [1, 2].map(() => calendar.client({ balance: '0.00' }));
	expect(await calendar.poll()).toEqual([]);
	for (const id of ids) calendar.card(id, { balance: '-5.00' });
	expect(await calendar.ids('2026-03-10 11:00')).toEqual(ids);
	calendar.card(ids[0], { branch_ids: [2] });
	expect(await calendar.poll('2026-03-10 13:00')).toEqual([]);
	settings.forbiddenBranches = [2];
	calendar.card(ids[1], { branch_ids: [2] });
	expect(await calendar.poll('2026-03-10 15:00')).toEqual([]);
	settings.forbiddenBranches = [];
	expect(await calendar.ids('2026-03-10 17:00')).toEqual([ids[1]]);
});

it('with more days before the birthday a test event shows whose is next, for on most days it is nobody’s', async () => {
	const calendar = new Calendar('2026-03-14 09:00', { event: 'customerBirthday', birthdayIn: 30 });
	const [soon, later] = ['20.03.2015', '12.04.2015'].map((dob) => calendar.client({ dob }));
	calendar.client({ dob: '01.06.2015' });
	expect(await calendar.poller.fetchTestEvent()).toMatchObject([
		{ id: soon, days_left: 6 },
		{ id: later, days_left: 29 },
	]);
});
