import type { IDataObject } from 'n8n-workflow';

import { cgi } from '../../../entities/cgi';
import { communication } from '../../../entities/communication';
import { customer as customerEntity } from '../../../entities/customer';
import { passesOf } from '../../../entities/listCall';
import { task as taskEntity } from '../../../entities/task';
import type { Entity } from '../../../entities/types';
import { isArchived } from '../../../run/archived';
import { findRecordInBranch } from '../../../run/records';
import { labelsOf } from '../../../run/target';
import { lastDayOf } from '../../../store/calendar/periods';
import type { LocatedRecord, Target } from '../../../store/located';
import { dotted, idsOf, readId } from '../../../values/formats';
import type { TestSignature } from './testSignature';
import type { RecordKind } from './recordInventory';
import { RecordInventory } from './recordInventory';
import type { TrialOperations } from './trialOperations';

/** The facts that `TestRecords` needs to find the records of a trial. */
interface TrialFacts {
	/** The branch in which the trial writes. */
	branch: number;
	/** The group that the lead joins, if the user has chosen a group. */
	groupId?: number;
	/** The day on which the trial began, by the clock of the workflow: `yyyy-mm-dd`. */
	trialDay: string;
	zone: string;
	signature: TestSignature;
}

/** The part of a list call that says which records to list. */
interface ListRequest {
	/** The action that lists the records; `index` if undefined. */
	action?: string;
	query?: IDataObject;
	body?: IDataObject;
}

/**
 * Reads the records that a trial (one run of *Try Writes*) has written, and enters in `inventory`
 * which of them AlfaCRM shows.
 *
 * Rows without the signature, the text that marks the records of the trial, are left out: AlfaCRM
 * may answer with a wrong ID or ignore a filter. A membership cannot hold the signature: see
 * `readMemberships`.
 */
export class TestRecords {
	readonly inventory = new RecordInventory();
	/** Whether the lead was in the archive when the lead was read last. */
	isLeadArchived = false;
	/** The lead as it was found last. A deleted lead stays here. */
	private lead?: LocatedRecord;
	/** The ID of the task in AlfaCRM's answer to *Create Task*. */
	private createdTaskId?: number;

	constructor(
		private readonly operations: TrialOperations,
		private readonly facts: TrialFacts,
	) {}

	/** Reads the records of a kind again, and updates `inventory`. */
	async read(kind: RecordKind): Promise<IDataObject[]> {
		switch (kind) {
			case 'lead':
				return await this.refreshLead();
			case 'comment':
				return await this.readComments();
			case 'task':
				return (await this.readTasks()).tasks;
			case 'membership':
				return await this.readMemberships();
		}
	}

	/** Names all records of the trial that are or may be in AlfaCRM. */
	describeRemaining(): string[] {
		return this.inventory.describe({
			leadId: this.lead === undefined ? undefined : this.leadId,
			isArchived: this.isLeadArchived,
			name: this.facts.signature.text,
		});
	}

	// ---------------------------------------------------------------- the lead

	/** Whether the lead was found at least once. It may be deleted since: see `inventory`. */
	get isLeadKnown(): boolean {
		return this.lead !== undefined;
	}

	/** The ID of the lead. Only read this if `isLeadKnown`. */
	get leadId(): number {
		return Number(this.lead?.row.id);
	}

	/**
	 * Looks for the new lead by an ID and, if AlfaCRM does not show the lead under this ID, by its
	 * name. Keeps the lead for the following steps.
	 *
	 * @param idFromAnswer the ID in AlfaCRM's answer; undefined if there was none
	 */
	async findCreatedLead(
		idFromAnswer: number | undefined,
	): Promise<{ lead?: IDataObject; isFoundById: boolean }> {
		const leadById = idFromAnswer === undefined ? undefined : await this.findLeadById(idFromAnswer);
		const lead = leadById ?? (await this.findLeadByName());

		this.lead = lead;
		if (lead !== undefined) this.inventory.setShownIds('lead', idsOf([lead.row]));
		return { lead: lead?.row, isFoundById: leadById !== undefined };
	}

	/**
	 * Reads the lead as AlfaCRM shows it now; undefined if AlfaCRM shows no lead. Only call this if
	 * `isLeadKnown`.
	 */
	async readKnownLead(): Promise<IDataObject | undefined> {
		const lead = await this.findLeadById(this.leadId);
		return lead?.row;
	}

	/**
	 * Looks for the lead again, and updates `lead`, `inventory` and `isLeadArchived`.
	 *
	 * @returns a list like that of the other kinds of record: the row of the lead, or no row
	 */
	private async refreshLead(): Promise<IDataObject[]> {
		const lead = this.isLeadKnown
			? await this.findLeadById(this.leadId)
			: await this.findLeadByName();
		this.inventory.setShownIds('lead', lead === undefined ? [] : idsOf([lead.row]));
		if (lead === undefined) return [];

		this.lead = lead;
		const item = this.operations.makeItem();
		this.isLeadArchived = await isArchived(item, customerEntity, this.leadTarget, lead);
		return [lead.row];
	}

	/** Reads the customer with an ID; undefined if the customer is not the lead of this trial. */
	private async findLeadById(id: number): Promise<LocatedRecord | undefined> {
		const item = this.operations.makeItem();
		const customer = await findRecordInBranch(item, customerEntity, id, this.leadTarget);
		if (customer === undefined) return undefined;
		return this.facts.signature.isIn(customer.row) ? customer : undefined;
	}

	/** Looks for the lead of this trial by its name, which holds the signature. */
	private async findLeadByName(): Promise<LocatedRecord | undefined> {
		const { branch, signature } = this.facts;
		// Without these filters AlfaCRM lists no leads and no archived customers:
		// docs/alfacrm-api.md 3.
		const filtersThatShowEverybody = customerEntity.hidden?.bodyShowingAll;
		const list = {
			...this.leadTarget,
			body: { ...filtersThatShowEverybody, name: signature.text },
			task: 'look for the test lead',
		};
		const isTestLead = (lead: IDataObject) => signature.isIn(lead);

		const item = this.operations.makeItem();
		const { rows } = await item.collect(list, { keep: isTestLead, limit: 1 });
		const lead = rows.at(0);
		return lead === undefined ? undefined : { row: lead, branch };
	}

	/** The target of all calls about the lead. */
	private get leadTarget(): Target {
		return {
			path: customerEntity.path,
			branch: this.facts.branch,
			// Empty, because a customer has no parent record that calls have to name.
			query: {},
			labels: labelsOf(customerEntity.fields),
		};
	}

	// ---------------------------------------------------------------- the records of the lead

	/** Reads the comments that the trial has added to the lead. */
	async readComments(): Promise<IDataObject[]> {
		const query = { class: 'Customer', related_id: this.leadId };
		return await this.readSignedRows('comment', communication, { query });
	}

	/**
	 * Keeps the ID of the created task, so that `readTasks` finds the task even if AlfaCRM does not
	 * save its due date.
	 */
	setCreatedTaskId(id: number | undefined): void {
		this.createdTaskId = id;
	}

	/**
	 * Reads the task of the trial.
	 *
	 * - First looks among the tasks that are due on the day of the trial. *Create Task* looks there
	 *   as well, to find a task that exists already.
	 * - If the task is not there, AlfaCRM has perhaps not saved its due date. Then looks for the ID
	 *   of the task or, if AlfaCRM has answered with no ID, among the tasks without a due date.
	 */
	async readTasks(): Promise<{ tasks: IDataObject[]; isListedByDueDate: boolean }> {
		const dueDate = dotted(this.facts.trialDay);
		const dueDateFilter = { due_date_from: dueDate, due_date_to: dueDate };
		const tasksOfDay = await this.readSignedRows('task', taskEntity, { body: dueDateFilter });
		if (tasksOfDay.length > 0) return { tasks: tasksOfDay, isListedByDueDate: true };

		const taskId = this.createdTaskId;
		const otherFilter = taskId === undefined ? { due_date_is_null: true } : { id: taskId };
		const tasks = await this.readSignedRows('task', taskEntity, { body: otherFilter });
		return { tasks, isListedByDueDate: false };
	}

	/**
	 * Reads the membership of the lead in the group. A membership has no text that could hold the
	 * signature, so the lead and the group identify it.
	 */
	async readMemberships(): Promise<IDataObject[]> {
		// `cgi/customer` lists the memberships of one customer (docs/alfacrm-api.md 2), so a row may
		// lack the customer's ID.
		const request = { action: 'customer', query: { customer_id: this.leadId } };
		const isOfLeadInGroup = ({ group_id, customer_id }: IDataObject) => {
			const isInGroup = readId(group_id) === this.facts.groupId;
			const customerId = readId(customer_id) ?? this.leadId;
			return isInGroup && customerId === this.leadId;
		};
		return await this.readRows('membership', cgi, request, isOfLeadInGroup);
	}

	/** Whether every membership of the lead in the group ends on the day of the trial or earlier. */
	async hasLeftGroup(): Promise<boolean> {
		const { trialDay, zone } = this.facts;
		const memberships = await this.readMemberships();
		return memberships.every((membership) => lastDayOf(membership, zone) <= trialDay);
	}

	/** Reads the rows of a list that hold the signature of the trial. */
	private async readSignedRows(
		kind: RecordKind,
		entity: Entity,
		request: ListRequest,
	): Promise<IDataObject[]> {
		const isSigned = (row: IDataObject) => this.facts.signature.isIn(row);
		return await this.readRows(kind, entity, request, isSigned);
	}

	/** Reads the rows of a list that belong to the trial, and enters their IDs in `inventory`. */
	private async readRows(
		kind: RecordKind,
		entity: Entity,
		request: ListRequest,
		isOfTrial: (row: IDataObject) => boolean,
	): Promise<IDataObject[]> {
		const list = {
			path: entity.path,
			branch: this.facts.branch,
			...request,
			task: `look for the ${kind} of the test lead`,
		};
		// AlfaCRM may leave records out of a plain list. So the list is requested several times, each
		// time with another filter (a pass).
		const passes = passesOf(entity);

		const item = this.operations.makeItem();
		const { rows } = await item.collect(list, { passes, keep: isOfTrial });
		this.inventory.setShownIds(kind, idsOf(rows));
		return rows;
	}
}
