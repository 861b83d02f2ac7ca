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
import { formatDay, idsOf, readId } from '../../../values/formats';
import type { TestSignature } from './testSignature';
import type { RecordKind } from './presentRecords';
import { PresentRecords } from './presentRecords';
import type { TrialOperations } from './trialOperations';

/** The facts that all records of a trial share. */
interface TrialFacts {
	branch: number;
	/** The group that the lead joins, if the user has chosen one. */
	groupId?: number;
	/** Today, by the clock of the workflow: `yyyy-mm-dd`. */
	day: string;
	zone: string;
	signature: TestSignature;
}

/** Which list of a branch to request, and of which records. */
interface ListRequest {
	/** The action that lists; `index` if undefined. */
	action?: string;
	query?: IDataObject;
	body?: IDataObject;
}

/**
 * Reads which records of the trial AlfaCRM shows, and keeps what was shown last. Rows without the
 * signature of the trial are left out, because AlfaCRM may name a wrong ID or ignore a filter. A
 * membership cannot hold the signature: see `readMemberships`.
 */
export class TestRecords {
	/** Which records AlfaCRM showed when they were read last. */
	readonly present = new PresentRecords();
	/** Whether the lead was in the archive when it was read last. */
	isLeadArchived = false;
	/** The lead as it was found last. It is kept after the lead was deleted. */
	private lead?: LocatedRecord;
	/** The ID with which AlfaCRM answered when the task was created. */
	private createdTaskId?: number;

	constructor(
		private readonly operations: TrialOperations,
		private readonly facts: TrialFacts,
	) {}

	/** Reads the records of a kind that AlfaCRM shows now. */
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

	/** Names all records of the trial that are in AlfaCRM or may be. */
	describeRemaining(): string[] {
		return this.present.describe({
			leadId: this.lead === undefined ? undefined : this.leadId,
			isArchived: this.isLeadArchived,
			name: this.facts.signature.text,
		});
	}

	// ---------------------------------------------------------------- the lead

	/** Whether the lead was found at least once. Later it may be deleted: see `present`. */
	get isLeadKnown(): boolean {
		return this.lead !== undefined;
	}

	/** The ID of the lead. Only read this if `isLeadKnown`. */
	get leadId(): number {
		return Number(this.lead?.row.id);
	}

	/**
	 * Looks for the lead that was just created, and keeps it: by the ID with which AlfaCRM has
	 * answered, or else by its name.
	 */
	async findCreatedLead(
		answeredId: number | undefined,
	): Promise<{ lead?: IDataObject; isFoundById: boolean }> {
		const leadById = answeredId === undefined ? undefined : await this.findLeadById(answeredId);
		const lead = leadById ?? (await this.findLeadByName());

		this.lead = lead;
		if (lead !== undefined) this.present.setShownIds('lead', idsOf([lead.row]));
		return { lead: lead?.row, isFoundById: leadById !== undefined };
	}

	/** Reads the lead as it is now. Only call this if `isLeadKnown`. */
	async readKnownLead(): Promise<IDataObject | undefined> {
		const lead = await this.findLeadById(this.leadId);
		return lead?.row;
	}

	/** Looks for the lead again. Keeps it, whether it is there, and whether it is in the archive. */
	private async refreshLead(): Promise<IDataObject[]> {
		const lead = this.isLeadKnown
			? await this.findLeadById(this.leadId)
			: await this.findLeadByName();
		this.present.setShownIds('lead', lead === undefined ? [] : idsOf([lead.row]));
		if (lead === undefined) return [];

		this.lead = lead;
		const item = this.operations.makeItem();
		this.isLeadArchived = await isArchived(item, customerEntity, this.leadTarget, lead);
		return [lead.row];
	}

	/** Reads the customer with an ID; undefined if it is not the lead of this trial. */
	private async findLeadById(id: number): Promise<LocatedRecord | undefined> {
		const item = this.operations.makeItem();
		const customer = await findRecordInBranch(item, customerEntity, id, this.leadTarget);
		if (customer === undefined) return undefined;
		return this.facts.signature.isIn(customer.row) ? customer : undefined;
	}

	/** Looks for the lead of this trial by its name, which holds the signature. */
	private async findLeadByName(): Promise<LocatedRecord | undefined> {
		const { branch, signature } = this.facts;
		// Without these filters AlfaCRM lists no leads and no archived customers. API notes 3.
		const filtersThatShowEverybody = customerEntity.hidden?.show;
		const list = {
			...this.leadTarget,
			body: { ...filtersThatShowEverybody, name: signature.text },
			task: 'look for the test lead',
		};
		const isTestLead = (lead: IDataObject) => signature.isIn(lead);

		const item = this.operations.makeItem();
		const { rows } = await item.collect(list, { keep: isTestLead, limit: 1 });
		const [lead] = rows;
		return lead && { row: lead, branch };
	}

	/** The target of all calls about the lead. */
	private get leadTarget(): Target {
		return {
			path: customerEntity.path,
			branch: this.facts.branch,
			query: {},
			labels: labelsOf(customerEntity.fields),
		};
	}

	// ---------------------------------------------------------------- what belongs to the lead

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
	 * Reads the task of the trial by its due date, as *Create Task* looks for a task that exists
	 * already. If no list by that day shows it, reads it by its ID. If the ID is unknown, looks among
	 * the tasks that have no due date.
	 */
	async readTasks(): Promise<{ tasks: IDataObject[]; isListedByDay: boolean }> {
		const day = formatDay(this.facts.day, 'dotted', 'utc');
		const dueDateFilter = { due_date_from: day, due_date_to: day };
		const tasksOfDay = await this.readSignedRows('task', taskEntity, { body: dueDateFilter });
		if (tasksOfDay.length > 0) return { tasks: tasksOfDay, isListedByDay: true };

		const taskId = this.createdTaskId;
		const body = taskId === undefined ? { due_date_is_null: true } : { id: taskId };
		const tasks = await this.readSignedRows('task', taskEntity, { body });
		return { tasks, isListedByDay: false };
	}

	/**
	 * Reads the membership of the lead in the group. A membership has no text that could hold the
	 * signature, so the lead and the group identify it.
	 */
	async readMemberships(): Promise<IDataObject[]> {
		// `cgi/customer` lists the memberships of one customer (API notes 2). A row may name no
		// customer, because all rows belong to that one.
		const request = { action: 'customer', query: { customer_id: this.leadId } };
		const isOfLeadInGroup = ({ group_id, customer_id }: IDataObject) => {
			const isInGroup = readId(group_id) === this.facts.groupId;
			const customerId = readId(customer_id) ?? this.leadId;
			return isInGroup && customerId === this.leadId;
		};
		return await this.readRows('membership', cgi, request, isOfLeadInGroup);
	}

	/** Whether no membership of the lead in the group lasts longer than today. */
	async hasLeftGroup(): Promise<boolean> {
		const { day, zone } = this.facts;
		const memberships = await this.readMemberships();
		return memberships.every((membership) => lastDayOf(membership, zone) <= day);
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

	/** Reads the rows of a list that belong to the trial, and keeps their IDs in `present`. */
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
		// Without a filter AlfaCRM may leave records out, so the list is requested with several
		// filters.
		const passes = passesOf(entity);

		const item = this.operations.makeItem();
		const { rows } = await item.collect(list, { passes, keep: isOfTrial });
		this.present.setShownIds(kind, idsOf(rows));
		return rows;
	}
}
