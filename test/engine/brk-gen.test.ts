/* A small random history with an oracle of its own. BRK_SEED=n BRK_RUNS=n */
import type { INodeParameters } from 'n8n-workflow';
import type { Settings } from '../../sandbox/model/settings';
import { httpFailure } from './support/direct';
import { reactivate, World } from './support/world';

const RUNS = Number(process.env.BRK_RUNS ?? 200);
const SEED = Number(process.env.BRK_SEED ?? 1);
const FLAGS = process.env.BRK_FLAGS ?? '';

class Rng {
	constructor(private s: number) {}
	next(): number {
		this.s = (this.s + 0x6d2b79f5) | 0;
		let t = Math.imul(this.s ^ (this.s >>> 15), 1 | this.s);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}
	int(n: number): number {
		return Math.floor(this.next() * n);
	}
	pick<T>(list: readonly T[]): T {
		return list[this.int(list.length)];
	}
	chance(p: number): boolean {
		return this.next() < p;
	}
}

interface Rec {
	id: number;
	createdAt: number;
	/** Wanted and listed and open+readable since, minutes; undefined now if not. */
	since?: number;
	/** The first time that it was so. */
	first?: number;
	/** Was there when the trigger began, in whatever place that could be seen. */
	old: boolean;
	/** What may or may not come. */
	free: boolean;
	/** It was never anything but wanted and readable. */
	plain: boolean;
}

interface Config {
	watched: number[];
	is_study: number;
	includeArchived: boolean;
	status: number[];
	max: number;
	startWith: number;
}

const parametersOf = (c: Config): INodeParameters => ({
	event: 'customerCreated',
	branchIds: c.watched,
	is_study: c.is_study,
	includeArchived: c.includeArchived,
	filters: c.status.length ? { lead_status_id: c.status } : {},
	options: { maxPerPoll: c.max, startWith: c.startWith },
});

class Hist {
	readonly rng: Rng;
	readonly world: World;
	readonly recs = new Map<number, Rec>();
	readonly log: string[] = [];
	readonly errors: string[] = [];
	private c: Config;
	private minutes = 0;
	private begun = false;
	private hidden = new Map<number, number>();
	private nextId = 0;
	private jitter = 0;
	private hasClosed = false;
	private start: number[] = [];
	private gap: number;
	private isScattered: boolean;
	private isTidy: boolean;
	private maxRequests = 0;
	private isClean = true;
	private settings: Partial<Settings>;

	constructor(readonly seed: number) {
		const rng = (this.rng = new Rng(seed * 7919 + 13));
		const size = rng.pick([1, 2, 3, 5, 20, 20, 500]);
		const total = rng.pick(['present', 'present', 'present', 'missing'] as const);
		this.settings = {
			pageSize: size,
			bodyPageSize: rng.pick([
				'ignored',
				'ignored',
				'honoured',
				'capped50',
				'refused400',
				'refused200',
				'lossy50',
			] as const),
			total,
			shuffle: total === 'present' && rng.chance(0.15),
			pastEnd: rng.pick(['empty', 'repeatLast'] as const),
			ignoredFilters: rng.chance(0.15) ? ['customer.created_at_from'] : [],
		};
		if (size === 1 && total === 'missing') this.settings.total = 'present';
		this.isScattered = FLAGS.includes('scattered') || rng.chance(0.12);
		if (this.isScattered) this.settings.newIds = 'scattered';
		this.gap = rng.pick([1, 1, 1, 2, 7, 100_000]);
		this.isTidy = this.settings.total === 'present' && !this.settings.shuffle && !this.isScattered;
		this.c = {
			watched: rng.pick([[], [], [1], [1, 2]]),
			is_study: rng.pick([2, 2, 0, 1]),
			includeArchived: rng.chance(0.6),
			status: rng.chance(0.4) ? [1] : [],
			max: rng.pick([1, 2, 5, 500, 500]),
			startWith: 0,
		};
		this.jitter =
			!this.settings.shuffle && this.settings.total === 'present' && rng.chance(0.15)
				? size >= 20
					? 3
					: 0
				: 0;
		if (this.jitter > 0) this.settings.pastEnd = 'empty';
		if (this.jitter > 0) this.isTidy = false;
		const isHurried = !this.settings.shuffle && rng.chance(0.2);
		if (isHurried) this.isTidy = false;
		if (!this.isScattered && !isHurried && rng.chance(0.3)) this.c.startWith = rng.pick([1, 3, 8, 100]);
		const isDurable = !isHurried && rng.chance(0.25);
		this.world = new World({
			settings: this.settings,
			branches: 3,
			parameters: parametersOf(this.c),
			aheadHours: rng.pick([0, 0, 3, 10, -8]),
			poller: { isDurable, budgetMs: isHurried ? 0 : undefined },
		});
		this.say(JSON.stringify({ jitter: this.jitter, isHurried, isDurable }));
		const order = rng.pick(['desc', 'desc', 'asc', 'mixed']);
		if (order !== 'desc' && !this.settings.shuffle) {
			this.isTidy = false;
			const lister = (
				this.world.school as unknown as { lister: { order: (n: number) => (p: number) => number } }
			).lister;
			// A fixed order that is not that of IDs.
			lister.order = (n) => (p) => (order === 'asc' ? n - 1 - p : p < n - (n % 2) ? p ^ 1 : p);
		}
		this.say(JSON.stringify({ ...this.settings, gap: this.gap, order, ...this.c }));
		const agos = Array.from(
			{ length: rng.int(15) },
			(_, n) => rng.pick([0, 0, 1, 2, 3, 30, 400]) * 24 * 60 + n * 10 + 1,
		);
		for (const ago of agos.sort((x, y) => y - x)) this.create(ago, true);
	}

	private say(text: string): void {
		this.log.push(`${this.minutes}: ${text}`);
	}

	private get store() {
		return this.world.school.store;
	}

	private isOpen(b: number): boolean {
		return this.store.rows('branch').some(({ id, is_active }) => id === b && is_active === 1);
	}
	private isReadable(b: number): boolean {
		return !this.world.school.settings.forbiddenBranches.includes(b);
	}
	private watches(b: number): boolean {
		return this.c.watched.length === 0 ? this.isOpen(b) : this.c.watched.includes(b);
	}

	/** Wanted, visible, in a watched and readable branch. */
	private shows(id: number): boolean {
		const row = this.store.rows('customer').find((one) => one.id === id);
		if (!row || this.hidden.has(id)) return false;
		const isArchived = String(row.e_date) <= this.world.account(0).slice(0, 10);
		const homes = row.branch_ids as number[];
		return (
			homes.some((b) => this.watches(b) && this.isReadable(b)) &&
			(this.c.includeArchived || !isArchived) &&
			this.wants(row as { is_study?: unknown; lead_status_id?: unknown })
		);
	}
	private wants(row: { is_study?: unknown; lead_status_id?: unknown }): boolean {
		return (
			(this.c.is_study === 2 || Number(row.is_study) === this.c.is_study) &&
			(this.c.status.length === 0 || this.c.status.includes(Number(row.lead_status_id)))
		);
	}

	private follow(): void {
		for (const rec of this.recs.values()) {
			if (!this.shows(rec.id)) {
				rec.since = undefined;
				rec.plain = false;
			} else {
				rec.since ??= this.minutes;
				rec.first ??= this.minutes;
			}
		}
	}

	private create(ago = 0, isBefore = false, isLate = false): number {
		const { rng } = this;
		this.nextId += rng.chance(0.3) ? this.gap : 1;
		const homes = rng.pick([[1], [1], [2], [3], [1, 2]]);
		const values = {
			...(this.isScattered ? {} : { id: this.nextId }),
			branch_ids: homes,
			is_study: rng.int(2),
			lead_status_id: rng.chance(0.6) ? 1 : 2,
		};
		const id = this.world.customer(values, { ago });
		const wait = isLate ? rng.pick([30, 300, 1500, 2700]) : 0;
		if (wait) {
			this.store.hide('customer', id);
			this.hidden.set(id, this.minutes + wait);
		}
		const rec: Rec = {
			id,
			createdAt: this.minutes - ago,
			old: false,
			free: !this.begun && !isBefore,
			plain: true,
		};
		this.recs.set(id, rec);
		if (isBefore) rec.old = true;
		this.say(`create ${id} ${JSON.stringify(values)} late ${wait}`);
		this.follow();
		return id;
	}

	private pass(minutes: number): void {
		// In pieces, so that what is hidden shows up at its time.
		this.minutes += minutes;
		this.world.pass(minutes);
		for (const [id, until] of this.hidden)
			if (until <= this.minutes) {
				this.hidden.delete(id);
				this.store.show('customer', id);
			}
		this.follow();
	}

	async poll(
		fault?: { at: number; status: number },
		during?: { at: number; act: () => void },
	): Promise<void> {
		const { school } = this.world;
		const from = school.calls;
		const ready = new Set(
			[...this.recs.values()].filter(({ since }) => since !== undefined).map(({ id }) => id),
		);
		school.onCall = (call) => {
			if (this.jitter > 0) school.totalOff = this.rng.int(2 * this.jitter + 1) - this.jitter;
			if (during && call === from + during.at) during.act();
			if (fault && call === from + fault.at) throw httpFailure(fault.status);
		};
		let ids: number[] | undefined;
		const wasBegun = this.begun;
		try {
			const items = await this.world.poller.tick();
			ids = items.map(({ id }) => Number(id));
			for (const item of items) {
				const rec = this.recs.get(Number(item.id));
				if (!rec) this.errors.push(`unknown ${String(item.id)}`);
				if (!this.wants(item))
					this.errors.push(`not wanted ${String(item.id)} ${JSON.stringify(item).slice(0, 200)}`);
			}
		} catch (error) {
			this.say(`poll failed: ${(error as Error).message}`);
		}
		school.onCall = () => {};
		if (!wasBegun && this.world.poller.hasBegun && this.c.startWith > 0 && !during && ids) {
			const shown = [...this.recs.values()].filter(({ since }) => since !== undefined).map(({ id }) => id);
			this.start = shown.sort((a, b) => a - b).slice(-this.c.startWith);
			this.say(`start ${this.start.join(' ')}`);
			for (const id of this.start) Object.assign(this.recs.get(id) as Rec, { old: false, isStart: true });
			for (const rec of this.recs.values()) if (!this.start.includes(rec.id)) rec.old = true;
		} else if (!wasBegun && this.world.poller.hasBegun && this.c.startWith > 0)
			for (const rec of this.recs.values()) rec.free = true;
		const used = school.calls - from;
		this.maxRequests = Math.max(this.maxRequests, used);
		if (ids === undefined) return;
		this.say(`poll -> ${ids.join(' ')} (${used})`);
		if (this.world.stateBytes > 40_000) this.errors.push(`state ${this.world.stateBytes}`);
		if (used > 420) this.errors.push(`requests ${used}`);
		if (!wasBegun && this.world.poller.hasBegun) {
			this.begun = true;
			for (const rec of this.recs.values()) {
				if (!rec.old && !this.start.includes(rec.id)) rec.free = true;
				const row = this.store.rows('customer').find(({ id }) => id === rec.id);
				const homes = (row?.branch_ids ?? []) as number[];
				if (!row || this.hidden.has(rec.id) || !homes.some((b) => this.watches(b) && this.isReadable(b)))
					rec.free = true;
			}
		}
		for (const id of ids) {
			if (this.world.out.includes(id)) this.errors.push(`REPEATED ${id}`);
			const rec = this.recs.get(id);
			if (rec?.old && !rec.free) this.errors.push(`OLD ${id}`);
			if (
				rec &&
				!rec.free &&
				!rec.old &&
				rec.first !== undefined &&
				during === undefined &&
				rec.since === undefined &&
				!this.hasClosed
			)
				this.errors.push(`NOT SHOWN ${id}`);
			// An older one was there already, and comes later.
			if (this.isTidy && this.isClean && rec?.plain)
				for (const other of this.recs.values()) {
					if (
						other.id < id &&
						other.plain &&
						!other.old &&
						!other.free &&
						ready.has(other.id) &&
						!this.world.out.includes(other.id)
					)
						this.errors.push(`ORDER ${id} before ${other.id}`);
				}
			this.world.out.push(id);
		}
	}

	private act(isDuring = false): void {
		const { rng } = this;
		const rows = this.store.rows('customer');
		const what = rng.int(isDuring ? 8 : 10);
		if (what < 4 || rows.length === 0) return void this.create(0, false, rng.chance(0.2));
		const recent = [...this.recs.values()].slice(-8);
		const id = rng.chance(0.8) ? rng.pick(recent).id : rng.pick(rows).id;
		const row = rows.find((one) => one.id === id);
		if (!row) return;
		const patch = (values: Record<string, unknown>) => {
			this.say(`patch ${id} ${JSON.stringify(values)}`);
			this.store.patch('customer', id, values as never);
		};
		if (what === 4) patch({ is_study: row.is_study === 0 ? 1 : 0 });
		if (what === 5) patch({ lead_status_id: row.lead_status_id === 1 ? 2 : 1 });
		if (what === 6) {
			this.isClean = false;
			patch({ e_date: rng.chance(0.6) ? this.world.account(0).slice(0, 10) : '2030-12-31' });
		}
		if (what === 7) {
			this.isClean = false;
			patch({ branch_ids: rng.pick([[1], [2], [3], [1, 2]]) });
		}
		if (what === 8) {
			this.isClean = false;
			this.say(`delete ${id}`);
			this.store.remove('customer', id);
			this.recs.delete(id);
		}
		if (what === 9) for (let n = rng.pick([5, 30, 60]); n > 0; n--) this.create();
		this.follow();
	}

	private async change(): Promise<void> {
		if (!this.begun) return;
		const { rng } = this;
		const before = new Map([...this.recs.values()].map((rec) => [rec.id, rec.since !== undefined] as const));
		const next: Config = {
			...this.c,
			...rng.pick<Partial<Config>>([
				{ watched: [] },
				{ watched: [1] },
				{ watched: [1, 2] },
				{ is_study: 2 },
				{ is_study: 1 },
				{ status: [] },
				{ status: [1] },
				{ includeArchived: true },
				{ includeArchived: false },
				{ max: 3 },
			]),
		};
		this.say(`change ${JSON.stringify(next)}`);
		this.c = next;
		this.world.poller.change(parametersOf(next));
		this.follow();
		for (const rec of this.recs.values()) if (!before.get(rec.id) || rec.since === undefined) rec.free = true;
		await this.poll();
	}

	async run(): Promise<string[]> {
		const { rng, world } = this;
		await this.poll();
		for (let steps = 10 + rng.int(30); steps > 0; steps--) {
			const what = rng.int(24);
			if (what < 8) this.act();
			else if (what < 14) await this.poll();
			else if (what < 17) this.pass(rng.pick([5, 5, 59, 61, 300, 1440, 1500, 4000]));
			else if (what === 17) {
				this.say('restart');
				world.poller.restart();
				this.begun &&= world.poller.hasBegun;
			} else if (what === 18) {
				const b = 1 + rng.int(3);
				const becomes = rng.pick(['closed', 'open', 'forbidden', 'allowed', 'open', 'allowed'] as const);
				this.say(`branch ${b} ${becomes}`);
				this.isClean = false;
				world.branch(b, becomes);
				if (becomes === 'closed') this.hasClosed = true;
				this.follow();
			} else if (what === 19) {
				if (rng.chance(0.5) && !FLAGS.includes('nochange')) await this.change();
			} else if (what === 20) {
				const fault = { at: 1 + rng.int(6), status: rng.pick(this.begun ? [500, 400, 403, 404] : [500]) };
				this.say(`fault ${JSON.stringify(fault)}`);
				this.isClean = false;
				await this.poll(fault);
			} else if (what === 21 || what === 22) {
				const at = 1 + rng.int(8);
				this.say(`during ${at}`);
				await this.poll(undefined, { at, act: () => this.act(true) });
			} else {
				this.say('reactivate');
				reactivate(world);
			}
		}
		for (const b of [1, 2, 3]) {
			world.branch(b, 'open');
			world.branch(b, 'allowed');
		}
		this.follow();
		this.say('settle');
		let quiet = 0;
		const used: number[] = [];
		for (let n = 0; n < 400; n++) {
			this.pass(n < 4 ? 61 : 7);
			const before = world.out.length;
			const calls = world.school.calls;
			await this.poll();
			quiet = world.out.length === before && this.begun ? quiet + 1 : 0;
			used.push(world.requests.length ? 0 : world.school.calls - calls);
			if (n > 14 && quiet > 10) break;
		}
		if (!this.begun) this.errors.push('never begun');
		const least = Math.min(...used.slice(-8));
		const watched = this.c.watched.length || 3;
		const isRefused = ['refused400', 'refused200', 'lossy50'].includes(String(this.settings.bodyPageSize));
		if (this.jitter === 0 && least > watched * (isRefused ? 2 : 1))
			this.errors.push(`LOUD ${least} ${used.slice(-8).join(' ')}`);
		for (const rec of this.recs.values()) {
			if (rec.old || rec.free || rec.since === undefined || world.out.includes(rec.id)) continue;
			if (this.start.includes(rec.id) || rec.since - rec.createdAt <= 47 * 60)
				this.errors.push(`MISSING ${rec.id} created ${rec.createdAt} since ${rec.since}`);
		}
		return this.errors;
	}
}

it('histories', async () => {
	const failed: string[] = [];
	for (let seed = SEED; seed < SEED + RUNS; seed++) {
		const hist = new Hist(seed);
		const errors = await hist.run().catch((error: Error) => [`threw ${String(error.stack)}`]);
		jest.restoreAllMocks();
		if (errors.length > 0)
			failed.push(
				`seed ${seed}: ${[...new Set(errors)].slice(0, 4).join('; ')}` +
					(RUNS === 1 ? `\n${hist.log.join('\n')}\n${JSON.stringify(hist.world.poller.state)}` : ''),
			);
	}
	if (failed.length > 0) throw new Error(`${failed.length} of ${RUNS}\n${failed.slice(0, 60).join('\n')}`);
}, 3_000_000);
