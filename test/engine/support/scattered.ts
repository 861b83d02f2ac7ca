import { DateTime } from 'luxon';

import type { JsonObject } from '../../../sandbox';
import { SeededRandom } from '../../../sandbox/model/random';
import { DirectSchool } from './direct';
import { Engine } from './engine';
import { FORMAT } from './playing';
import { Poller } from './poller';

export interface Timeline {
	event: 'customerCreated' | 'paymentCreated';
	/** Rows of a page; 20 is a page size that AlfaCRM does not heed. */
	pageSize: 20 | 500;
	maxPerPoll: number;
	/** Between two polls. */
	minutes: number;
}

const BRANCHES = 3;
const BEGIN = DateTime.fromSQL('2026-02-10 09:00:00', { zone: 'utc' });
/** How finely time goes by. */
const STEP_MINUTES = 5;
const DAY_MINUTES = 24 * 60;

/**
 * An account whose records come in the course of days, and a trigger that polls meanwhile. All branches and types are
 * watched. Needs `jest.restoreAllMocks` afterwards, since it moves n8n's clock with that of the account.
 */
export class ScatteredAccount {
	/** IDs of what was there before, and of what came since, in the order of their coming. */
	readonly old: number[] = [];
	readonly made: number[] = [];
	/** IDs in the order of reports. */
	readonly reported: number[] = [];
	readonly school: DirectSchool;
	private readonly poller: Poller;
	private readonly dice = new SeededRandom(1, BRANCHES);
	/** Minutes since the begin, by record and now. */
	private readonly createdAt = new Map<number, number>();
	private readonly reportedAt = new Map<number, number>();
	private minutes = 0;
	private hasBegun = false;

	constructor(private readonly line: Timeline) {
		const { event, pageSize, maxPerPoll } = line;
		const bodyPageSize = pageSize === 20 ? 'ignored' : 'honoured';
		this.school = new DirectSchool({ pageSize: 20, bodyPageSize }, BRANCHES);
		this.setTime(0);
		jest.spyOn(Date, 'now').mockImplementation(() => BEGIN.plus({ minutes: this.minutes }).toMillis());
		const account = { hostname: 'http://127.0.0.1:1', email: 'a', apiKey: 'b', requestsPerSecond: 0 };
		const parameters = { event, includeArchived: true, options: { maxPerPoll } };
		this.poller = new Poller(new Engine(account), parameters, { send: this.school.send });
	}

	/** A record of any branch; unless given, its ID is what the account gives. */
	add(id?: number): number {
		const { store } = this.school;
		const given: JsonObject = id === undefined ? {} : { id };
		const branch = this.dice.int(BRANCHES);
		const row =
			this.line.event === 'paymentCreated'
				? store.insert('pay', { ...given, branch_id: branch, document_date: this.now.slice(0, 10) })
				: store.insert('customer', { ...given, branch_ids: [branch], is_study: this.dice.int(2) - 1 });
		this.createdAt.set(row.id, this.minutes);
		(this.hasBegun ? this.made : this.old).push(row.id);
		return row.id;
	}

	/** Records that came before, so many a day in the last days. */
	fill(days: number, perDay: number): void {
		for (let n = days * perDay; n > 0; n--) {
			this.setTime(-Math.ceil((n * DAY_MINUTES) / perDay));
			this.add();
		}
		this.setTime(0);
	}

	/** One that came before, so many hours ago. */
	had(id: number, hoursAgo: number): void {
		this.setTime(-hoursAgo * 60);
		this.add(id);
		this.setTime(0);
	}

	/** Time goes by, with about so many records a day at any time of it, and nobody polls. */
	silence(days: number, perDay = 0): void {
		const end = this.minutes + days * DAY_MINUTES;
		while (this.minutes < end) {
			this.setTime(this.minutes + STEP_MINUTES);
			for (let n = 0; n < STEP_MINUTES; n++) if (this.dice.int(DAY_MINUTES) <= perDay) this.add();
		}
	}

	/** The same with polls. */
	async polls(days: number, perDay = 0): Promise<void> {
		const { minutes } = this.line;
		for (let passed = 0; passed < days * DAY_MINUTES; passed += minutes) {
			this.silence(minutes / DAY_MINUTES, perDay);
			await this.poll();
		}
	}

	async poll(): Promise<number[]> {
		this.hasBegun = true;
		const ids = (await this.poller.tick()).map(({ id }) => Number(id));
		for (const id of ids) if (!this.reportedAt.has(id)) this.reportedAt.set(id, this.minutes);
		this.reported.push(...ids);
		return ids;
	}

	/** What went wrong so far. */
	get wrong() {
		const seen = new Set<number>();
		const repeated = this.reported.filter((id) => seen.has(id) || !seen.add(id));
		return {
			missing: this.made.filter((id) => !seen.has(id)),
			repeated,
			old: this.old.filter((id) => seen.has(id)),
		};
	}

	/** What was reported after something that was created later. */
	get unordered(): number[] {
		const times = this.reported.map((id) => this.createdAt.get(id) ?? 0);
		return this.reported.filter((_, index) => index > 0 && times[index] < times[index - 1]);
	}

	/** The longest time between creation and report, in minutes. */
	get longestWait(): number {
		return Math.max(0, ...[...this.reportedAt].map(([id, at]) => at - (this.createdAt.get(id) ?? at)));
	}

	private get now(): string {
		return BEGIN.plus({ minutes: this.minutes }).toFormat(FORMAT);
	}

	private setTime(minutes: number): void {
		this.minutes = minutes;
		this.school.settings.now = this.now;
	}
}

export const NOTHING = { missing: [], repeated: [], old: [] };
