import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { History } from '../../sandbox/engine/history';
import { Engine } from '../engine/support/engine';
import { Poller } from '../engine/support/poller';
import { DirectSchool } from '../engine/support/direct';
import { depth, seed } from '../support/depth';

const engine = new Engine({ hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 });
const NOW = '2026-03-10 12:00:00';

const act = fc.oneof(
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('plan'), branch: fc.constantFrom(1, 2) }) },
	{
		weight: 5,
		arbitrary: fc.record({
			do: fc.constant('teach'),
			lesson: fc.nat(5),
			there: fc.array(fc.nat(1), { minLength: 4, maxLength: 4 }),
		}),
	},
	{ weight: 2, arbitrary: fc.record({ do: fc.constant('correct'), lesson: fc.nat(5), customer: fc.nat(3) }) },
	{ weight: 1, arbitrary: fc.record({ do: fc.constantFrom('unplan', 'delete'), lesson: fc.nat(5) }) },
	{ weight: 3, arbitrary: fc.record({ do: fc.constantFrom('poll', 'poll', 'restart') }) },
);
const acts = fc.array(act, { minLength: 20, maxLength: 40 });
type Act = { do: string; branch?: number; lesson?: number; customer?: number; there?: number[] };

const settings = fc.record({
	logLesson: fc.boolean(),
	lessonDetails: fc.constantFrom('always' as const, 'withCustomer' as const),
	logScope: fc.constantFrom('branch' as const, 'account' as const),
	logFields: fc.constantFrom('objects' as const, 'jsonText' as const),
});

const pair = ({ lesson_id, customer_id }: IDataObject) => `${String(lesson_id)} ${String(customer_id)}`;

class Lessons {
	readonly school: DirectSchool;
	private seconds = 0;

	constructor(
		given: ConstructorParameters<typeof DirectSchool>[0],
		private readonly isOneSecond: boolean,
	) {
		this.school = new DirectSchool({ now: NOW, ...given }, 2);
		const { store, settings: own } = this.school;
		const history = new History(store, own, () => {});
		store.onChange = (change) => history.record(change);
		for (let id = 1; id <= 4; id++)
			store.insert('customer', { id, name: `${id}`, is_study: 1, branch_ids: [1, 2] });
	}

	private get ids(): number[] {
		return this.school.store.rows('lesson').map(({ id }) => id);
	}

	/** A second later than what was done before, or in the same one, in which entries may be equal. */
	do({ do: what, branch = 1, lesson = 0, customer = 0, there = [] }: Act): void {
		const { store } = this.school;
		if (!this.isOneSecond) this.seconds++;
		this.school.settings.now = new Date(Date.UTC(2026, 2, 10, 12, 0, this.seconds))
			.toISOString()
			.slice(0, 19)
			.replace('T', ' ');
		if (what === 'plan') {
			const values = { branch_id: branch, date: '2026-03-10', time_from: NOW, customer_ids: [1, 2, 3, 4] };
			store.insert('lesson', { ...values, lesson_type_id: 2, subject_id: 1, status: 1 });
		}
		const id = this.ids[lesson % Math.max(1, this.ids.length)];
		if (id === undefined) return;
		const details = store.where('lesson-details', 'lesson_id', id);
		if (what === 'teach') {
			there.forEach((is_attend, index) => {
				const own = details.find(({ customer_id }) => customer_id === index + 1);
				const values = { branch_id: store.find('lesson', id)?.branch_id ?? 1, customer_id: index + 1 };
				if (own) store.patch('lesson-details', own.id, { is_attend });
				else store.insert('lesson-details', { ...values, lesson_id: id, is_attend });
			});
			store.patch('lesson', id, { status: 3 });
		}
		const own = details.find(({ customer_id }) => customer_id === customer + 1);
		if (what === 'correct' && own)
			store.patch('lesson-details', own.id, { is_attend: own.is_attend ? 0 : 1 });
		if (what === 'unplan') store.patch('lesson', id, { status: 1 });
		if (what === 'delete') store.remove('lesson', id);
	}

	/** Who was there, or was not, in lessons that are completed now. */
	shown(isThere: number): string[] {
		const { store } = this.school;
		return store
			.rows('lesson-details')
			.filter(({ lesson_id, is_attend }) => {
				return is_attend === isThere && store.find('lesson', Number(lesson_id))?.status === 3;
			})
			.map(pair);
	}
}

it.each([
	['customerAttended', 1],
	['customerMissed', 0],
] as const)(
	'%s: each pupil once, whatever is taught, put right, planned again and deleted',
	async (event, isThere) => {
		let told = 0;
		await fc.assert(
			fc.asyncProperty(acts, settings, fc.boolean(), async (done, given, isOneSecond) => {
				const lessons = new Lessons(given, isOneSecond);
				const poller = new Poller(engine, { event, simplify: false }, { send: lessons.school.send });
				expect(await poller.tick()).toEqual([]);
				const known = new Set<string>();
				for (const one of [...done, { do: 'poll' }, { do: 'poll' }] as Act[]) {
					lessons.do(one);
					if (one.do === 'restart') poller.restart();
					if (one.do !== 'poll') continue;
					const expected = lessons.shown(isThere).filter((text) => !known.has(text));
					expect((await poller.tick()).map(pair).sort()).toEqual(expected.sort());
					for (const text of expected) known.add(text);
					told += expected.length;
				}
			}),
			{ numRuns: depth.lessonsTaught, seed },
		);
		expect(told).toBeGreaterThan(2 * depth.lessonsTaught);
	},
);
