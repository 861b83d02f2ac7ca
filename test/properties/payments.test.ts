import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import type { catalogue } from '../../nodes/AlfaCrm/operations/catalogue';
import type { performAll } from '../../nodes/AlfaCrm/run/performAll';
import { depth, isDeep, seed } from '../support/depth';
import { answered, unanswered } from '../support/nodeErrors';
import { ProcessedRows } from '../support/processedData';
import { randomFrom } from '../support/random';
import type { Sent } from '../unit/apiSupport';
import { settle, stopTime } from '../unit/api/clock';
import { formOf, SmallSchool } from '../unit/operations/school';
import type { deskOf } from '../unit/operations/support';

jest.setTimeout(1_200_000);

/**
 * What a payment provider tells, and tells again: in any order, by two workers of n8n, across midnight and days, while
 * answers get lost, workers die and the staff goes on working. The books are those of the sandbox.
 */
const EVENING = Date.UTC(2026, 1, 10, 20, 30);
const DAY_MS = 86_400_000;
let random = randomFrom(seed);
stopTime({ now: EVENING, random: () => random() });

const PHONE = '+7(900)555-00-01';
/** Siblings, an archived card and a lead's with one phone, and others in other branches. */
const PAYERS: IDataObject[] = [
	{ name: 'Орлова Мия', is_study: 1, branch_ids: [1], phone: [PHONE] },
	{ name: 'Орлова Яна', is_study: 1, branch_ids: [1, 2], phone: [PHONE] },
	{ name: 'Орлова Мия', is_study: 1, branch_ids: [2], phone: [PHONE], e_date: '2025-12-31' },
	{ name: 'Орлова Мия', is_study: 0, branch_ids: [2], phone: ['+7(900)555-00-02', PHONE] },
	{ name: 'Ильин Лев', is_study: 1, branch_ids: [2], phone: [] },
];
/** How a notification names the payer, which is all that would change where one is matched by phone and name. */
const named = (payer: number): IDataObject => ({ id: payer });

/** Numbers that hold one another. */
const NUMBERS = ['inv-1', 'inv-10', 'xinv-1', 'INV-1', 'inv-1/2', '1', '10', 'inv 1', 'i1nv-1'];
const INCOME = 1;
const REFUND = 2;

const spellings: Array<(sum: number) => unknown> = [
	(sum) => sum,
	(sum) => sum.toFixed(2),
	(sum) => sum.toFixed(2).replace('.', ','),
	(sum) =>
		`${sum
			.toFixed(2)
			.replace(/\B(?=(\d{3})+\.)/g, '\u00a0')
			.replace('.', ',')} ₽`,
	(sum) => sum * (1 + Number.EPSILON),
	(sum) => Number((sum / 3).toFixed(20)) * 3,
];
const FATES = ['well', 'well', 'well', 'well', 'lost', 'lost', 'refused', 'cancelled', 'killed'] as const;

const payment = fc.record({
	payer: fc.nat(PAYERS.length - 1),
	kopecks: fc.integer({ min: 1, max: 9_999_999 }),
});
const notice = fc.record({
	of: fc.nat(NUMBERS.length - 1),
	isRefund: fc.boolean(),
	/** The first ones come together. */
	day: fc.constantFrom(0, 0, 1),
	after: fc.oneof(fc.constantFrom(0, 40, 300, 800), fc.nat(3_600_000)),
	spelling: fc.nat(spellings.length - 1),
	note: fc.constantFrom(undefined, '', 'Оплата', 'Счёт [7] за март'),
	fate: fc.constantFrom(...FATES),
	/** The call at which it meets its fate. */
	call: fc.nat(7),
	worker: fc.nat(1),
	account: fc.constantFrom(1, 2),
	branch: fc.constantFrom(1, 2),
	timezone: fc.constantFrom('Europe/Moscow', 'America/New_York', 'Asia/Vladivostok'),
});
const deed = fc.record({
	of: fc.nat(NUMBERS.length - 1),
	at: fc.nat(2 * DAY_MS),
	does: fc.constantFrom('note', 'account', 'confirm', 'move', 'archive'),
});
type Notice = typeof notice extends fc.Arbitrary<infer T> ? T : never;
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;
type Payment = typeof payment extends fc.Arbitrary<infer T> ? T : never;

const NOTICES = 25;
const histories = fc.record({
	payments: fc.array(payment, { minLength: 2, maxLength: NUMBERS.length }),
	notices: fc.array(notice, { minLength: NOTICES, maxLength: NOTICES }),
	deeds: fc.array(deed, { maxLength: 6 }),
	settings: fc.record({
		ignoredFilters: fc.subarray(['pay.note', 'pay.customer_id', '*.custom_*']),
		payDefault: fc.constantFrom('all' as const, 'income' as const),
		refundSum: fc.constantFrom('income' as const, 'expenditure' as const),
	}),
	inField: fc.boolean(),
});

// ---------------------------------------------------------------- two workers of n8n

interface Loaded {
	catalogue: typeof catalogue;
	performAll: typeof performAll;
	deskOf: typeof deskOf;
}

/** What so many processes have loaded, each for itself: those of a history, and who takes the place of one that died. */
const loaded = Array.from({ length: 5 }, () => {
	const modules = {} as Loaded;
	jest.isolateModules(() => {
		for (const path of [
			'../unit/operations/support',
			'../../nodes/AlfaCrm/operations/catalogue',
			'../../nodes/AlfaCrm/run/performAll',
		])
			Object.assign(modules, jest.requireActual<Partial<Loaded>>(path));
	});
	return modules;
});

let worlds = 0;

/** An AlfaCRM, and an n8n of two workers with one workflow. */
class World {
	readonly school: SmallSchool;
	readonly payers: number[];
	private readonly rows = new ProcessedRows();
	private readonly name = `history-${(worlds += 1)}`;
	private readonly workers: Worker[];
	private spare = 2;

	constructor(settings: ConstructorParameters<typeof SmallSchool>[0]) {
		this.school = new SmallSchool({ ...settings, otherBranch: 'missing' });
		for (const name of ['Касса', 'Счёт']) this.school.add('pay-account', { name });
		this.payers = PAYERS.map((row) => this.school.lead(row));
		this.workers = loaded.slice(0, 2).map((one) => new Worker(one));
	}

	/** One execution; undefined where its worker has died. */
	async run(
		parameters: IDataObject,
		{ worker, fate, call, timezone }: Pick<Notice, 'worker' | 'fate' | 'call' | 'timezone'>,
	) {
		const on = this.workers[worker];
		const stop = new AbortController();
		let calls = 0;
		const answer = async (request: Sent) => {
			const isMeant = fate === 'lost' ? request.url.endsWith('/pay/create') : calls++ === call;
			await on.alive(10 + random() * 60);
			if (isMeant && fate === 'cancelled') stop.abort();
			if (isMeant && fate === 'refused') throw answered(500);
			// Before AlfaCRM has acted, or after.
			if (isMeant && fate === 'killed' && call % 2 === 0) this.replace(worker);
			await on.alive(0);
			const given = await this.school.answer(request);
			if (isMeant && fate === 'killed') this.replace(worker);
			await on.alive(10 + random() * 60);
			if (isMeant && fate === 'lost') throw unanswered('ECONNRESET');
			return given;
		};
		const { run } = on.loaded.deskOf((request) => answer(request), {
			parameters,
			timezone,
			credential: { hostname: this.name },
			signal: stop.signal,
		});
		const { context } = run;
		Object.assign(context, { getWorkflow: () => ({ id: this.name, active: true }) });
		Object.assign(
			context.helpers,
			this.rows.helpersOf({ latency: () => 1 + random() * 8, ready: async () => await on.alive(0) }),
		);
		const ended = on.loaded.performAll(run, on.loaded.catalogue).then(
			([{ json }]) => ({ json, error: undefined }),
			(error: Error) => ({ json: {} as IDataObject, error }),
		);
		return await Promise.race([ended, on.death.then(() => undefined)]);
	}

	/** Another process has taken the place of one that died. */
	private replace(worker: number): void {
		if (this.spare >= loaded.length) return;
		this.workers[worker].die();
		this.workers[worker] = new Worker(loaded[this.spare++]);
	}

	/** What is in the books: number, type, payer and kopecks of each payment. */
	get books(): string[] {
		return this.school
			.rows('pay')
			.map(({ note, custom_md_order: held, pay_type_id, customer_id, income }) => {
				const [, number] = /\[ID ([^[\]]*)\]/.exec(String(note)) ?? [];
				return line(
					String(number ?? held),
					Number(pay_type_id),
					Number(customer_id),
					Math.round(Number(income) * 100),
				);
			})
			.sort();
	}
}

const line = (number: string, type: number, payer: number, kopecks: number) =>
	`${number}: ${type} ${payer} ${kopecks}`;

class Worker {
	die = () => {};
	private isDead = false;
	readonly death: Promise<void>;

	constructor(readonly loaded: Loaded) {
		this.death = new Promise((resolve) => {
			this.die = () => {
				this.isDead = true;
				resolve();
			};
		});
	}

	/** Goes on after so many milliseconds, if the process is still there. */
	async alive(ms: number): Promise<void> {
		if (ms > 0) await sleep(ms);
		if (this.isDead) await new Promise(() => {});
	}
}

/** The limits of statements, too, go by the clock of the test. */
function limitsByTheClock(): void {
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const limit = new AbortController();
		// Longer ones end what gets no answer, and here all does but what a dead process has asked.
		if (ms < 30_000) void sleep(ms).then(() => limit.abort());
		return limit.signal;
	});
}

// ---------------------------------------------------------------- the books

const field = { externalIdField: 'custom_md_order' };

/** The node as the notification fills it. */
function formFor(
	world: World,
	payments: readonly Payment[],
	one: Notice,
	inField: boolean,
	wrong: IDataObject = {},
) {
	const { payer, kopecks } = payments[one.of % payments.length];
	const additionalFields: IDataObject = {
		externalId: NUMBERS[one.of % payments.length],
		...(one.note === undefined ? {} : { note: one.note }),
		...(inField ? field : {}),
		// Where the payer is in several, one is chosen.
		branch_id: (PAYERS[payer].branch_ids as number[])[0],
	};
	const common = {
		branchId: one.branch,
		pay_account_id: one.account,
		income: spellings[one.spelling](kopecks / 100),
	};
	const id = world.payers[payer];
	if (!one.isRefund)
		return formOf('takePayment', { ...named(id), ...common, additionalFields, ...wrong } as IDataObject);
	return formOf('createCorrection', {
		...{ resource: 'pay', pay_type_id: REFUND, document_date: '2026-02-12', customer_id: id },
		...{ ...common, additionalFields, ...wrong },
	} as IDataObject);
}

/** What the staff does in the meantime. */
function act({ school }: World, payments: readonly Payment[], { of, does }: Deed): void {
	const nth = of % payments.length;
	for (const row of school.rows('pay')) {
		const { id, note, custom_md_order: held } = row;
		if (!String(note).includes(`[ID ${NUMBERS[nth]}]`) && held !== NUMBERS[nth]) continue;
		const words = `проверено ${String(note ?? '')} А. П.`;
		if (does === 'note') school.patch('pay', id, { note: words });
		if (does === 'account') school.patch('pay', id, { pay_account_id: 2 });
		if (does === 'confirm') school.patch('pay', id, { is_confirmed: 0 });
		if (does === 'move') school.patch('customer', row.customer_id, { branch_ids: [1, 2] });
		if (does === 'archive') school.patch('customer', row.customer_id, { e_date: '2026-02-10' });
	}
}

/** How often a notification came to what. */
const met = new Map<string, number>();

it('the books balance to the kopeck, each payment is entered once, and nobody is charged for another', async () => {
	const property = fc.asyncProperty(histories, fc.integer(), async (history, chance) => {
		random = randomFrom(chance);
		limitsByTheClock();
		const { payments, deeds, settings, inField } = history;
		const world = new World(settings);
		const well = { fate: 'well', call: 0, timezone: 'Europe/Moscow' } as const;
		const told = history.notices.map(async (one) => {
			await sleep(one.day * DAY_MS + one.after);
			const end = await world.run(formFor(world, payments, one, inField), one);
			const result = String(end?.json.operationResult ?? (end === undefined ? 'died' : 'failed'));
			met.set(`${one.fate}: ${result}`, (met.get(`${one.fate}: ${result}`) ?? 0) + 1);
			if (one.fate === 'well' && end?.error) throw end.error;
		});
		const worked = deeds.map(async (one) => await sleep(one.at).then(() => act(world, payments, one)));
		await settle(Promise.all([...told, ...worked]));

		// Whatever was not answered well is told again, until it is.
		await settle(sleep(DAY_MS));
		const kinds = history.notices.map((one) => ({
			...one,
			key: `${one.of % payments.length} ${one.isRefund}`,
		}));
		const each = [...new Map(kinds.map((one) => [one.key, one])).values()];
		for (const one of each) {
			const end = await settle(
				world.run(formFor(world, payments, one, inField), { ...well, worker: one.worker }),
			);
			expect([end?.error, end?.json.operationResult]).toEqual([
				undefined,
				expect.stringMatching(/^(created|unchanged)$/),
			]);
		}
		const due = each.map((one) => {
			const nth = one.of % payments.length;
			const { payer, kopecks } = payments[nth];
			return line(NUMBERS[nth], one.isRefund ? REFUND : INCOME, world.payers[payer], kopecks);
		});
		expect(world.books).toEqual([...due].sort());

		// The number of one is never that of another, nor of another sum.
		for (const one of each.slice(0, 3)) {
			const { payer, kopecks } = payments[one.of % payments.length];
			const other = world.payers[(payer + 1) % PAYERS.length];
			for (const wrong of [
				one.isRefund ? { customer_id: other } : named(other),
				{ income: kopecks / 100 + 0.01 },
			]) {
				const form = formFor(world, payments, one, inField, wrong);
				const end = await settle(world.run(form, { ...well, worker: 1 - one.worker }));
				expect(end?.error?.message).toMatch(/^Payment \d+ .*has the External ID/);
			}
		}
		expect(world.books).toEqual([...due].sort());
		jest.clearAllTimers();
	});
	await fc.assert(property, { seed, numRuns: depth.payments });
	// Else it would hold because nothing ever went wrong.
	const fates = isDeep ? ['killed: died', 'cancelled: failed', 'refused: failed'] : [];
	const ends = ['well: created', 'well: unchanged', 'lost: failed', ...fates];
	expect(ends.filter((end) => !met.has(end))).toEqual([]);
});
