import { DateTime } from 'luxon';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import type { Snapshot } from '../../sandbox';
import type { RunOptions } from './support/engine';
import { OPEN_END } from './support/forms';
import { frontDeskOf } from './support/frontDesk';
import type { School } from './support/school';

/** The words by which people know what Try Writes has written. */
export const MARK = 'n8n test, may be deleted';

/** A group of the sandbox in branch 1, which the test lead joins. */
export const GROUP = 1;

/** The names that the report has for the entities that a trial writes. */
const KINDS: Record<string, string> = {
	customer: 'lead',
	communication: 'comment',
	task: 'task',
	cgi: 'membership',
};

/** A sentence, which may begin with the name of a field in quotes. */
const SENTENCE = /^[A-Z'].*[.!]$/;

/** An output item of Try Writes: a step or, at last, the conclusion. */
interface TrialItem extends IDataObject {
	step: string;
	result: string;
	message: string;
	report?: string;
}

/** A record of a trial that is still in AlfaCRM. */
interface RemainingRecord {
	entity: string;
	id: number;
	row: IDataObject;
}

/** Fills the form of Try Writes with a group. */
export function tryWritesForm(parameters: INodeParameters = {}): INodeParameters {
	return {
		resource: 'account',
		operation: 'tryWrites',
		writeTestLead: true,
		groupToTry: String(GROUP),
		...parameters,
	};
}

/** The output of a trial. */
class TrialReport {
	constructor(readonly items: readonly TrialItem[]) {}

	/** Finds the first item of a step. */
	findStep(name: string): TrialItem {
		const item = this.items.find(({ step }) => step === name);
		if (item === undefined) throw new Error(`The report has no step "${name}"`);
		return item;
	}

	/** Lists the steps that have a result, without the conclusion. */
	listSteps(wantedResult: string): string[] {
		const steps = this.items.slice(0, -1);
		return steps.filter(({ result }) => result === wantedResult).map(({ step }) => step);
	}

	/** The last message, which says what stays in AlfaCRM. */
	get conclusion(): string {
		return this.findStep('report').message;
	}

	/** The whole report as a text for an issue. */
	get text(): string {
		return String(this.findStep('report').report);
	}
}

/** One trial, which is one run of Try Writes, and the records that it leaves in AlfaCRM. */
export class WriteTrial {
	private readonly desk: ReturnType<typeof frontDeskOf>;
	private before!: Snapshot;

	constructor(private readonly school: School) {
		this.desk = frontDeskOf(school);
	}

	/** Notes what the school has before the trial. Call it before each test. */
	prepare(): void {
		this.before = this.school.sandbox.snapshot();
	}

	/**
	 * Runs Try Writes. It must succeed, its messages must be sentences, and its conclusion must name
	 * exactly the records that stay.
	 */
	async tryWrites(parameters: INodeParameters = {}, options: Partial<RunOptions> = {}): Promise<TrialReport> {
		const items = (await this.desk.run(tryWritesForm(parameters), options)) as TrialItem[];
		const report = new TrialReport(items);

		for (const { message } of items.filter(({ result }) => result !== 'works')) {
			expect(message).toMatch(SENTENCE);
		}
		this.expectRemainingNamed(report.conclusion);
		return report;
	}

	/**
	 * Runs Try Writes, whatever comes of it, and returns everything that the user is told about the
	 * records that stay: the conclusion or, if the run fails, the error.
	 */
	async tryWritesToEnd(): Promise<string> {
		const { json, error } = await this.desk.runToEnd(tryWritesForm());
		if (error !== undefined) return `${error.message} ${error.description}`;
		return new TrialReport(json as TrialItem[]).conclusion;
	}

	/** Reads which records stay, and in which state: "archived lead", "comment". */
	readRemaining(): string[] {
		return this.readRemainingRecords()
			.map((record) => this.describeState(record))
			.sort();
	}

	/** Expects that a text names exactly the records that stay, such as "comment 7 of lead 501". */
	expectRemainingNamed(text: string): void {
		// In "comment 7 of lead 501" only the comment stays for certain.
		const names = text.match(/(?<!of )(lead|comment|task|membership) \d+/g) ?? [];
		const remaining = this.readRemainingRecords().map(({ entity, id }) => `${KINDS[entity]} ${id}`);
		expect(names.sort()).toEqual(remaining.sort());
	}

	/** Expects that a text names each record that stays, if only as "perhaps a comment". */
	expectRemainingNamedOrSuspected(text: string): void {
		for (const { entity, id } of this.readRemainingRecords()) {
			expect(text).toMatch(new RegExp(`${KINDS[entity]} ${id}|perhaps a ${KINDS[entity]}`));
		}
	}

	/** Runs `act` each time AlfaCRM has carried out a call such as "task/create". */
	actAfter(call: string, act: () => void): void {
		this.school.sandbox.onSend = ({ path }) => {
			if (path.endsWith(`/${call}`)) {
				act();
			}
		};
	}

	/** Finds the record of an entity that the trial has written. */
	findWrittenRecord(entity: string): IDataObject {
		const record = this.desk.readRecords(entity).find((row) => JSON.stringify(row).includes(MARK));
		if (record === undefined) throw new Error(`No ${entity} has the mark`);
		return record;
	}

	/** Finds the membership of the test lead. */
	findMembership(): IDataObject {
		const { id } = this.findWrittenRecord('customer');
		const membership = this.desk.readRecords('cgi').find(({ customer_id }) => customer_id === id);
		if (membership === undefined) throw new Error('The test lead has no membership');
		return membership;
	}

	/** Reads the bodies of all creating and updating calls as one text. */
	readWrittenText(): string {
		const writes = this.school.sandbox.journal.filter(({ path }) => /\/(create|update)$/.test(path));
		return JSON.stringify(writes.map(({ body }) => body));
	}

	/** Reads the records that stay. Each must have the mark, and no other record may be changed. */
	private readRemainingRecords(): RemainingRecord[] {
		const changes = this.school.sandbox.changes(this.before);
		expect(changes.filter((change) => change.before !== undefined)).toEqual([]);

		return changes.map(({ entity, id, after }) => {
			const row = after as unknown as IDataObject;
			// A membership has no text: the mark is on the card of its lead.
			const markedRow = entity === 'cgi' ? this.desk.readCustomer(row.customer_id) : row;
			expect(JSON.stringify(markedRow)).toContain(MARK);
			return { entity, id, row };
		});
	}

	/** Names a record with its state, such as "archived lead". */
	private describeState({ entity, row }: RemainingRecord): string {
		switch (entity) {
			case 'customer':
				return row.e_date === OPEN_END ? 'active lead' : 'archived lead';
			case 'task':
				return row.is_done === 1 || row.is_archive === 1 ? 'closed task' : 'open task';
			case 'cgi':
				return this.hasEnded(row) ? 'ended membership' : 'lasting membership';
			default:
				return KINDS[entity];
		}
	}

	/** Tells whether a membership has ended by the clock of the school, where it may be tomorrow already. */
	private hasEnded({ e_date }: IDataObject): boolean {
		const today = DateTime.now().setZone(this.school.sandbox.settings.timeZone).startOf('day');
		const lastDay = DateTime.fromFormat(String(e_date), 'dd.MM.yyyy', { zone: today.zone });
		return lastDay <= today;
	}
}
