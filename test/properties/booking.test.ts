import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { depth, seed } from '../support/depth';
import { ProcessedRows } from '../support/processedData';
import { randomFrom } from '../support/random';
import { settle, stopTime } from '../unit/api/clock';
import { SmallSchool } from '../unit/operations/school';

jest.setTimeout(600_000);

/**
 * Two requests for one slot, as they come from two forms: of one n8n process, or of two that have n8n's database in common
 * and nothing else. What the school holds in the end is what counts.
 */
const random = randomFrom(seed);
stopTime({ now: Date.parse('2031-03-03T09:00:00Z'), random });

const FROM = '2031-03-10';
const dayAfter = (days: number) =>
	new Date(Date.parse(`${FROM}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);

let school: SmallSchool;
let database: ProcessedRows;
/** Locks are told apart by their names, so each test has workers of its own. */
let worlds = 0;
beforeEach(() => {
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const limit = new AbortController();
		void sleep(ms).then(() => limit.abort());
		return limit.signal;
	});
	worlds += 1;
	database = new ProcessedRows();
	school = new SmallSchool();
	for (const path of ['subject', 'lesson-type', 'lesson-type', 'lesson-type'])
		school.addRecord(path, { name: 'A' });
	// Who teaches the subject is known.
	const evening = { time_from_v: '20:00', time_to_v: '21:00', day: 7, b_date: FROM, e_date: FROM };
	school.addRecord('regular-lesson', { branch_id: 1, subject_id: 1, teacher_ids: [1, 2], ...evening });
	for (const name of ['Петров Лев', 'Сидорова Ева']) {
		const teacher_id = school.addRecord('teacher', { name, branch_ids: [1] });
		for (let weekday = 1; weekday <= 7; weekday++)
			school.addRecord('working-hour', {
				teacher_id,
				branch_id: 1,
				weekday,
				time_from: '10:00',
				time_to: '14:00',
			});
	}
});

/** One of the workers, which knows of the other only what stands in the database. */
async function run(worker: number, parameters: IDataObject) {
	const name = `booking ${worlds} ${worker}`;
	const latency = () => 1 + random() * 8;
	const saved = { workflow: name, processedData: database.helpersOf({ latency }) };
	// What a process keeps is kept by account.
	const credential = { hostname: 'demo', email: `${name.replaceAll(' ', '.')}@school.example` };
	return await school.runToEnd(parameters, { saved, credential });
}

const form = (customer: number, more: IDataObject): IDataObject => ({
	...{ resource: 'lesson', operation: 'book', branchId: 1, customer_ids: String(customer), teacher_ids: [1] },
	...{ subject_id: 1, lesson_type_id: 3, duration: 60, additionalFields: {}, options: {}, ...more },
});

/** Both, the second one a moment later, while calls take some time there and some back. */
async function pair(workers: number, ms: number, forms: [IDataObject, IDataObject]) {
	const takes = async () => await sleep((ms / 2) * (0.8 + random() * 0.4));
	school.onCall = async () => await takes();
	school.beforeLateAnswer = takes;
	const later = random() < 0.3 ? 0 : random() * ms * 3;
	const runs = forms.map(async (one, nth) => {
		await sleep(nth * later);
		return await run(nth % workers, one);
	});
	return await settle(Promise.all(runs));
}

const lessons = () =>
	school
		.readRecords('lesson')
		.map(({ time_from, teacher_ids }) => `${String(time_from)} ${String(teacher_ids)}`);
const table = [40, 300, 800].flatMap((ms) => [1, 2].map((workers) => [ms, workers] as const));

describe.each(table)('two requests where AlfaCRM is %i ms away and n8n has %i workers', (ms, workers) => {
	it('for one slot, by two people: one lesson for each pair, and who comes second is offered the next ones', async () => {
		for (let nth = 0; nth < depth.pairsOfBookings; nth++) {
			const at = { when: 'time', lesson_date: dayAfter(nth), time_from: '11:00' };
			const both: [IDataObject, IDataObject] = [form(school.addLead(), at), form(school.addLead(), at)];
			const ends = await pair(workers, ms, both);
			const refusals = ends.flatMap(({ error }) => (error ? [error] : []));
			expect(refusals).toHaveLength(1);
			expect(refusals[0].message).toContain('has another lesson on');
			expect(refusals[0].description).toContain(`Free next: ${dayAfter(nth)} 12:00`);
			expect(lessons()).toHaveLength(nth + 1);
		}
		expect(new Set(lessons()).size).toBe(depth.pairsOfBookings);
	});

	it('of one person, one of which is a repeat: one lesson for each pair', async () => {
		for (let nth = 0; nth < depth.pairsOfBookings; nth++) {
			const customer = school.addLead();
			const when = [
				{ when: 'time', lesson_date: dayAfter(nth), time_from: '11:00' },
				{ when: 'firstFree', lesson_date: dayAfter(nth), date_to: dayAfter(nth + 3), teacher_ids: [] },
			][nth % 2];
			const ends = await pair(workers, ms, [form(customer, when), form(customer, when)]);
			expect(ends.map(({ json }) => json[0]?.operationResult).sort()).toEqual(['created', 'unchanged']);
			expect(lessons()).toHaveLength(nth + 1);
		}
	});

	it('for the first free slot, by two people: two lessons at two times, or of two teachers', async () => {
		const range = { when: 'firstFree', lesson_date: FROM, date_to: dayAfter(90), options: { step: 60 } };
		for (let nth = 0; nth < depth.pairsOfBookings; nth++) {
			const teachers = nth % 2 === 0 ? [1] : [1, 2];
			const one = (customer: number) => form(customer, { ...range, teacher_ids: teachers });
			const ends = await pair(workers, ms, [one(school.addLead()), one(school.addLead())]);
			expect(ends.map(({ error }) => error)).toEqual([undefined, undefined]);
			expect(lessons()).toHaveLength(2 * nth + 2);
			expect(new Set(lessons()).size).toBe(2 * nth + 2);
		}
	});
});
