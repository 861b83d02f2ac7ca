import { randomInt } from 'crypto';
import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { cancelled, hasStatus } from '../../api/failures';
import { branch as branchEntity, isClosedBranch } from '../../entities/branch';
import { cgi } from '../../entities/cgi';
import { communication } from '../../entities/communication';
import { customer, CUSTOMER_TYPE, stageOf } from '../../entities/customer';
import { group as groupEntity } from '../../entities/group';
import { listCall, passesOf } from '../../entities/listCall';
import { task } from '../../entities/task';
import type { Entity } from '../../entities/types';
import { labelInForm, listOf } from '../../fields/field';
import { formatDay, idsOf, readId, today } from '../../values/formats';
import { aheadMs } from '../../values/schoolClock';
import { MINUTE_MS } from '../../values/time';
import type { Item } from '../../run/item';
import type { Operation } from '../../run/operation';
import { isArchived } from '../../run/archived';
import { bodyOf, changesOf } from '../../run/body';
import { firstDay, lastDay } from '../../store/calendar/periods';
import { differences } from '../../run/saveChanges';
import { labelsOf } from '../../run/target';
import { FilledItem } from './filledItem';
import type { TrialResult, TrialRow } from './trialReport';
import { trialItems, veiled } from './trialReport';
import { currentRecord } from '../../run/records';
import type { LocatedRecord, Target } from '../../store/located';

/** What everything that is written says of itself. */
const MARK = 'n8n test, may be deleted';
/** Reserved names and a code that no country gives out, so that nobody is reached by them. */
const NOBODY = {
	phone: '+7(000)000-00-01',
	email: 'n8n-test@example.org',
	web: 'https://example.org/n8n-test',
};
/** With these AlfaCRM refuses what a call says, rather than the call. API notes 4. */
const REFUSALS = [200, 400, 422];
/** What a comment shows as its time may differ by so much from the clock of n8n. */
const CLOCK_MS = 10 * MINUTE_MS;

type Kind = 'comment' | 'task' | 'membership' | 'lead';

/** What AlfaCRM shows after a write. */
interface Seen {
	/** Whether it was carried out. */
	isDone: boolean;
	/** What it shows if not; by default nothing. */
	instead?: string;
	/** In what it differs from what the package believes. */
	problems?: string[];
}

/** What is written, and where. */
interface TrialForm {
	branch?: number;
	group?: number;
}

export type OperationsOf = (entity: Entity) => ReadonlyMap<string, Operation>;

/**
 * Writes a test lead and what belongs to it as the operations do, reads each back, and takes back what it can.
 *
 * @throws NodeApiError when the login or the network fails before anything is written, or the execution is cancelled
 */
export async function tryWrites(item: Item, of: OperationsOf, form: TrialForm): Promise<IDataObject[]> {
	const branch = await branchOf(item, form.branch);
	const { client, origin } = item.execution;
	const trial = new Trial(item, of, { ...form, branch }, [new URL(origin).host, await client.email()]);
	return await trial.run();
}

/** The one that is given, else the first in use. It is asked for in any case, so that a login that fails writes nothing. */
async function branchOf(item: Item, given: number | undefined): Promise<number> {
	const list = await item.readIfAllowed(async () => await item.collect(listCall(branchEntity)), {
		notFoundIsDenied: true,
	});
	const [first] = idsOf((list?.rows ?? []).filter((row) => !isClosedBranch(row))).sort((a, b) => a - b);
	const branch = given ?? first;
	if (branch !== undefined) return branch;
	throw item.error(
		"'Branch ID' is empty, and this user may not list the branches of the account",
		"Fill it in 'Options'.",
	);
}

/** Why it is not known what there is: nobody could ask, or AlfaCRM confirmed what it does not show. */
type Doubt = 'unread' | 'unseen';

/** How a step is called, what it is about, and whether that is new then. */
interface Step {
	step: string;
	kind: Kind;
	creates?: true;
}

class Trial {
	/** No two runs write the same; letters, so that it is taken for no number. */
	private readonly stamp = Array.from({ length: 8 }, () => String.fromCharCode(97 + randomInt(26))).join('');
	private readonly mark = `${MARK} (${this.stamp})`;
	private readonly branch: number;
	private readonly group?: number;
	private readonly day: string;
	private readonly rows: TrialRow[] = [];
	/** What AlfaCRM shows of it now, by ID. */
	private readonly present: Record<Kind, number[]> = { comment: [], task: [], membership: [], lead: [] };
	/** What may be there, though AlfaCRM could not be asked. */
	private readonly unsure = new Map<Kind, Doubt>();
	private lead?: LocatedRecord;
	private task?: number;
	private isTaskListed = false;
	private isLeadArchived = false;
	/** Why nothing more is to be written. */
	private stop = '';

	constructor(
		private readonly item: Item,
		private readonly of: OperationsOf,
		{ branch, group }: { branch: number; group?: number },
		private readonly secrets: string[],
	) {
		this.branch = branch;
		this.group = group;
		this.day = today('iso', item.zone);
	}

	async run(): Promise<IDataObject[]> {
		let failure: unknown;
		const note = (caught: unknown) => void (failure ??= caught);
		await this.write().catch(note);
		if (!this.item.execution.isCancelled) await this.takeBack().catch(note);
		if (failure !== undefined)
			throw this.left.length > 0 ? this.unfinished(failure) : this.item.asError(failure);
		return trialItems(this.rows, this.left, this.day);
	}

	private async write(): Promise<void> {
		await this.createLead();
		if (this.lead === undefined) this.stop ||= 'There is no test lead.';
		await this.unlessStopped('update lead', async () => await this.updateLead());
		await this.unlessStopped('add comment', async () => await this.addComment());
		await this.unlessStopped('create task', async () => await this.createTask());
		const noGroup = this.group === undefined ? "'Group ID' is not filled in." : '';
		await this.unlessStopped('add to group', async () => await this.join(), noGroup);
		const noMember = noGroup || this.present.membership.length > 0 ? noGroup : 'There is no membership.';
		await this.unlessStopped('remove from group', async () => await this.leave(), noMember);
		await this.unlessStopped('archive lead', async () => await this.archive('archive lead'));
	}

	/** What belongs to the lead goes first. Whatever does not go is made to end. */
	private async takeBack(): Promise<void> {
		await this.remove('comment', 'delete comment', async (id) => {
			const call = { path: communication.path, branch: this.branch, action: 'delete', query: { id } };
			await this.by(this.filled(), async (filled) => {
				await filled.save({ ...call, task: `delete comment ${id}` }, []);
			});
		});
		await this.remove('task', 'delete task', async (id) => {
			await this.operate(task, 'delete', { id });
		});
		for (const id of this.present.task) {
			const done = { is_done: 1, is_archive: 1 };
			await this.attempt(
				{ step: 'close task', kind: 'task' },
				async () => void (await this.operate(task, 'update', { id, updateFields: done })),
				async () => {
					const problems = this.compare(
						task,
						(await this.tasks()).find((row) => readId(row.id) === id),
						done,
					);
					return { isDone: problems.length === 0, problems };
				},
			);
		}
		await this.remove('membership', 'delete membership', async () => {
			await this.operate(customer, 'removeFromGroup', { ...this.membership, leave_by: 'delete' });
		});
		const isMember = async () => !(await this.hasLeft().catch(() => false));
		if (this.present.membership.length > 0 && (await isMember())) await this.leave();
		// A membership has no text of its own, so nothing would say any more that it is one of a test.
		if (this.present.membership.length > 0 || this.unsure.has('membership'))
			this.add('delete lead', 'not tried', 'Its membership stays.');
		else
			await this.remove('lead', 'delete lead', async (id) => {
				await this.operate(customer, 'delete', { id });
			});
		if (this.lead !== undefined && this.present.lead.length > 0 && !this.isLeadArchived)
			await this.archive('archive lead');
	}

	// ---------------------------------------------------------------- the writes

	private async createLead(): Promise<void> {
		const input = { name: this.mark, note: this.mark, is_study: CUSTOMER_TYPE.lead };
		const sent = bodyOf(this.filled(), customer.fields, input, this.branch);
		let id: number | undefined;
		await this.attempt(
			{ step: 'create lead', kind: 'lead', creates: true },
			async () => {
				const [created] = await this.operate(customer, 'create', { inputMode: 'json', json: input });
				id = readId(created.id);
			},
			async () => {
				const problems: string[] = [];
				if (id !== undefined) this.lead = await this.leadById(id);
				if (id !== undefined && this.lead === undefined) problems.push(`It is not found by the ID ${id}`);
				this.lead ??= await this.leadByMark();
				if (this.lead === undefined) return { isDone: false, problems };
				const { row } = this.lead;
				this.present.lead = idsOf([row]);
				if (stageOf(row) !== undefined) problems.push('It stands in a stage, though none was sent');
				return { isDone: true, problems: [...this.compare(customer, row, sent), ...problems] };
			},
		);
	}

	/** Several fields at once; where AlfaCRM refuses that, each alone, to tell which. */
	private async updateLead(): Promise<void> {
		const note = `${this.mark}. Updated.`;
		const input = { ...NOBODY, note, legal_name: MARK, dob: '2015-03-01', gender: 1 };
		const body = changesOf(this.filled(), customer, input, false);
		const labels = labelsOf(customer.fields);
		const update = async (json: IDataObject) =>
			await this.operate(customer, 'update', { id: this.leadId, inputMode: 'json', json });
		let taken = body;
		await this.attempt(
			{ step: 'update lead', kind: 'lead' },
			async () => {
				try {
					await update(input);
					return undefined;
				} catch (caught) {
					taken = {};
					if (!hasStatus(caught, ...REFUSALS)) throw this.item.asError(caught);
					const alone: string[] = [];
					for (const [name, value] of Object.entries(input)) {
						try {
							await update({ [name]: value });
							taken[name] = body[name];
						} catch (one) {
							alone.push(`'${labels[name]}': ${this.wordsOf(one)}`);
						}
					}
					const rest =
						alone.length === 0 ? 'Each field alone is taken.' : `Refused alone: ${alone.join(' ')}`;
					return `${this.wordsOf(caught)} ${rest}`;
				}
			},
			async () => {
				const row = (await this.leadById(this.leadId))?.row;
				const isRefused = taken !== body;
				const isDone = isRefused
					? Object.keys(taken).length === 0 && this.compare(customer, row, body).length === 0
					: true;
				return { isDone, problems: this.compare(customer, row, taken) };
			},
		);
	}

	private async addComment(): Promise<void> {
		const sent = { comment: this.mark, type_id: 1 };
		await this.attempt(
			{ step: 'add comment', kind: 'comment', creates: true },
			async () => void (await this.operate(customer, 'addComment', { id: this.leadId, comment: this.mark })),
			async () => {
				const [row] = await this.comments();
				if (row === undefined) return { isDone: false };
				return { isDone: true, problems: [...this.compare(communication, row, sent), ...this.clock(row)] };
			},
		);
	}

	/** By its time 'Add Comment' knows the one that it added before. */
	private clock({ added }: IDataObject): string[] {
		const off = aheadMs(added, this.item.zone);
		if (off === undefined) return ['It shows no time that can be read'];
		if (Math.abs(off) <= CLOCK_MS) return [];
		const minutes = Math.round(Math.abs(off) / MINUTE_MS);
		return [
			`Its time is ${minutes} min ${off < 0 ? 'behind' : 'ahead of'} the workflow: set the time zone of the workflow to that of the school`,
		];
	}

	private async createTask(): Promise<void> {
		const given = { text: this.mark, due_date: this.day };
		const input = { title: this.mark, ...given, customer_ids: this.leadId };
		const sent = bodyOf(this.filled(), task.fields, input, this.branch);
		await this.attempt(
			{ step: 'create task', kind: 'task', creates: true },
			async () => {
				const form = { id: this.leadId, title: this.mark, additionalFields: given };
				const [{ id }] = await this.operate(customer, 'createTask', form);
				this.task = readId(id);
			},
			async () => {
				const [row] = await this.tasks();
				if (row === undefined) return { isDone: false };
				const unlisted = this.isTaskListed ? [] : ['It is not listed by its due date'];
				return { isDone: true, problems: [...this.compare(task, row, sent), ...unlisted] };
			},
		);
	}

	private async join(): Promise<void> {
		await this.hideGroup();
		await this.attempt(
			{ step: 'add to group', kind: 'membership', creates: true },
			async () => void (await this.operate(customer, 'addToGroup', this.membership)),
			async () => {
				const [row] = await this.memberships();
				if (row === undefined) return { isDone: false };
				const { zone } = this.item;
				const isNow = firstDay(row, zone) <= this.day && lastDay(row, zone) >= this.day;
				return { isDone: true, problems: isNow ? [] : ['Its days do not cover today'] };
			},
		);
	}

	private async leave(): Promise<void> {
		await this.attempt(
			{ step: 'remove from group', kind: 'membership' },
			async () =>
				void (await this.operate(customer, 'removeFromGroup', { ...this.membership, leave_by: 'end' })),
			async () => ({ isDone: await this.hasLeft(), instead: 'shows another last day' }),
		);
	}

	private async archive(step: string): Promise<void> {
		await this.attempt(
			{ step, kind: 'lead' },
			async () => void (await this.operate(customer, 'archive', { id: this.leadId })),
			async () => {
				await this.leads();
				return { isDone: this.isLeadArchived, instead: 'shows the lead as active' };
			},
		);
	}

	/** Deletes all that are there of a kind. */
	private async remove(kind: Kind, step: string, drop: (id: number) => Promise<void>): Promise<void> {
		if (this.unsure.has(kind)) await this.shown[kind]().catch(() => undefined);
		const ids = [...this.present[kind]];
		if (ids.length === 0)
			return this.add(step, 'not tried', this.unsure.has(kind) ? 'It is not found.' : 'There is none.');
		await this.attempt(
			{ step, kind },
			async () => {
				for (const id of ids) await drop(id);
			},
			async () => {
				const isDone = (await this.shown[kind]()).length === 0;
				const isKept = kind === 'lead' && this.isLeadArchived;
				return { isDone, instead: isKept ? 'keeps the lead in the archive' : 'shows it still' };
			},
		);
	}

	// ---------------------------------------------------------------- what AlfaCRM shows

	private get leadId(): number {
		return Number(this.lead?.row.id);
	}

	private get membership(): IDataObject {
		return { id: this.leadId, group_id: this.group };
	}

	/** By the kind of what is looked for. */
	private readonly shown: Record<Kind, () => Promise<IDataObject[]>> = {
		comment: async () => await this.comments(),
		task: async () => await this.tasks(),
		membership: async () => await this.memberships(),
		lead: async () => await this.leads(),
	};

	/** Whether a record carries the mark of this run. One that does not is somebody else's, whatever its ID. */
	private readonly isOwn = ({ name, note, title, text, comment }: IDataObject): boolean =>
		[name, note, title, text, comment].some((one) => String(one).includes(this.stamp));

	private async rowsOf(
		kind: Kind,
		{ path, ...entity }: Entity,
		list: { query?: IDataObject; body?: IDataObject; action?: string },
		keep = this.isOwn,
	): Promise<IDataObject[]> {
		const call = { path, branch: this.branch, ...list, task: `look for the ${kind} of the test lead` };
		const { rows } = await this.filled().collect(call, { passes: passesOf(entity), keep });
		this.note(kind, rows);
		return rows;
	}

	private note(kind: Kind, rows: readonly IDataObject[]): void {
		this.present[kind] = idsOf(rows);
		if (rows.length > 0 || this.unsure.get(kind) === 'unread') this.unsure.delete(kind);
	}

	private async comments(): Promise<IDataObject[]> {
		return await this.rowsOf('comment', communication, {
			query: { class: 'Customer', related_id: this.leadId },
		});
	}

	/** By its day, as 'Create Task' looks for the same one. One that has lost its day is found otherwise. */
	private async tasks(): Promise<IDataObject[]> {
		const day = formatDay(this.day, 'dotted', 'utc');
		const rows = await this.rowsOf('task', task, { body: { due_date_from: day, due_date_to: day } });
		this.isTaskListed = rows.length > 0;
		if (this.isTaskListed) return rows;
		const body = this.task === undefined ? { due_date_is_null: true } : { id: this.task };
		return await this.rowsOf('task', task, { body });
	}

	private async memberships(): Promise<IDataObject[]> {
		const list = { action: 'customer', query: { customer_id: this.leadId } };
		const isOfGroup = (row: IDataObject) =>
			readId(row.group_id) === this.group && (readId(row.customer_id) ?? this.leadId) === this.leadId;
		return await this.rowsOf('membership', cgi, list, isOfGroup);
	}

	private async hasLeft(): Promise<boolean> {
		const rows = await this.memberships();
		return rows.every((row) => lastDay(row, this.item.zone) <= this.day);
	}

	private get target(): Target {
		return { path: customer.path, branch: this.branch, query: {}, labels: labelsOf(customer.fields) };
	}

	private async leads(): Promise<IDataObject[]> {
		const match = this.lead ? await this.leadById(this.leadId) : await this.leadByMark();
		this.note('lead', match ? [match.row] : []);
		if (match === undefined) return [];
		this.lead = match;
		this.isLeadArchived = await isArchived(this.filled(), customer, this.target, match);
		return [match.row];
	}

	private async leadById(id: number): Promise<LocatedRecord | undefined> {
		const match = await currentRecord(this.filled(), customer, id, this.target);
		return match && this.isOwn(match.row) ? match : undefined;
	}

	private async leadByMark(): Promise<LocatedRecord | undefined> {
		const body = { ...customer.hidden?.show, name: this.mark };
		const list = { ...this.target, body, task: 'look for the test lead' };
		const { rows } = await this.filled().collect(list, { keep: this.isOwn, limit: 1 });
		return rows[0] && { row: rows[0], branch: this.branch };
	}

	/** What of it reads back differently. */
	private compare(entity: Entity, row: IDataObject | undefined, sent: IDataObject): string[] {
		if (row === undefined) return ['It is not shown'];
		const differing = Object.keys(differences(this.filled(), entity, row, sent));
		return differing.map((name) => {
			const field = entity.fields.find((one) => one.name === name);
			const label = field ? labelInForm(field) : name;
			if (row[name] === undefined) return `'${label}' is not shown`;
			return `'${label}' was sent as ${JSON.stringify(sent[name])} and reads back as ${JSON.stringify(row[name])}`;
		});
	}

	/** A group may be named after somebody. */
	private async hideGroup(): Promise<void> {
		const target = { ...this.target, path: groupEntity.path };
		const look = async () => await currentRecord(this.filled(), groupEntity, Number(this.group), target);
		const found = await this.item.readIfAllowed(look).catch(() => undefined);
		// A short one would be a part of other words.
		this.secrets.push(
			...listOf(found?.row.name)
				.map(String)
				.filter(({ length }) => length > 3),
		);
	}

	// ---------------------------------------------------------------- how one is tried

	private filled(values: IDataObject = {}): FilledItem {
		return new FilledItem(this.item, { branchId: this.branch, ...values });
	}

	/** Does what an operation does whose form is filled so. */
	private async operate(entity: Entity, name: string, values: IDataObject): Promise<IDataObject[]> {
		const operation = this.of(entity).get(name);
		if (operation === undefined) throw new RangeError(`${entity.label} has no operation ${name}`);
		return await this.by(this.filled(values), async (filled) => await operation.execute(filled, entity));
	}

	/** The item itself has done what is done for it, and waits for what AlfaCRM may still be at work on. */
	private async by<T>(filled: FilledItem, work: (filled: FilledItem) => Promise<T>): Promise<T> {
		try {
			return await work(filled);
		} finally {
			this.item.include(filled);
			if (filled.underWayMs > 0 && !this.item.execution.isCancelled) await sleep(filled.underWayMs);
		}
	}

	private add(step: string, result: TrialResult, ...sentences: string[]): void {
		const message = sentences
			.filter((one) => one !== '')
			.map(asSentence)
			.join(' ');
		this.rows.push({ step, result, message });
	}

	private async unlessStopped(step: string, work: () => Promise<void>, reason = ''): Promise<void> {
		if (this.stop === '' && reason === '') await work();
		else this.add(step, 'not tried', this.stop || reason);
	}

	/**
	 * Writes, reads back, and notes what came of it. Whatever AlfaCRM says of the write, what it shows counts.
	 *
	 * @param send returns what AlfaCRM refused, if it did not throw
	 */
	private async attempt(
		{ step, kind, creates }: Step,
		send: () => Promise<string | undefined | void>,
		look: () => Promise<Seen>,
	): Promise<void> {
		const { execution } = this.item;
		let refusal = '';
		let seen: Seen;
		try {
			refusal = (await send()) ?? '';
		} catch (caught) {
			refusal = this.wordsOf(caught);
		}
		try {
			if (execution.isCancelled) throw cancelled();
			seen = await look();
		} catch (caught) {
			if (creates) this.unsure.set(kind, 'unread');
			this.stop = 'What was written before cannot be read back.';
			if (execution.isCancelled) throw this.item.asError(caught);
			const unread = `It cannot be read back: ${this.wordsOf(caught)}`;
			return this.add(step, refusal === '' ? 'differs' : 'refused', refusal, unread);
		}
		const { isDone, instead = 'does not show it', problems = [] } = seen;
		const isConfirmed = refusal === '';
		if (creates && isConfirmed && !isDone) this.unsure.set(kind, 'unseen');
		if (!isConfirmed && !isDone) return this.add(step, 'refused', refusal, ...problems);
		const odd = isConfirmed
			? isDone
				? ''
				: `AlfaCRM confirmed it, but ${instead}`
			: `AlfaCRM did it without confirming it. ${refusal}`;
		const isFine = odd === '' && problems.length === 0;
		this.add(step, isFine ? 'works' : 'differs', odd, ...problems);
	}

	/** What AlfaCRM said, without host, email and the like. */
	private wordsOf(caught: unknown): string {
		const { message, description } = this.item.asError(caught);
		const [said = ''] = /AlfaCRM said: .*?(?= Saved before:|$)/.exec(description ?? '') ?? [];
		const [host, ...others] = this.secrets;
		return veiled(`${asSentence(message)} ${said}`.trim().replaceAll(host, 'AlfaCRM'), others);
	}

	private unfinished(failure: unknown): Error {
		return this.item.error(
			`The writes were not taken back: ${this.item.asError(failure).message}`,
			`This stays in AlfaCRM: ${this.left.join('; ')}. It says "${this.mark}": delete it there.`,
		);
	}

	/** What is in AlfaCRM now. */
	private get left(): string[] {
		const state = this.isLeadArchived ? ' (archived)' : '';
		const lead = this.lead === undefined ? '' : ` of lead ${this.leadId}`;
		return KINDS.flatMap((kind) => {
			const shown = this.present[kind].map((id) => `${kind} ${id}${kind === 'lead' ? state : lead}`);
			if (shown.length > 0 || !this.unsure.has(kind)) return shown;
			return [`perhaps a ${kind}${kind === 'lead' ? ` named "${this.mark}"` : lead}`];
		});
	}
}

const KINDS: readonly Kind[] = ['lead', 'comment', 'task', 'membership'];

const asSentence = (text: string): string => text.replace(/[^.!?…]$/, '$&.');
