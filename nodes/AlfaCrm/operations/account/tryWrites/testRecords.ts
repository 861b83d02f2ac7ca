import type { IDataObject } from 'n8n-workflow';

import { cgi } from '../../../entities/cgi';
import { communication } from '../../../entities/communication';
import { customer as customerEntity } from '../../../entities/customer';
import { passesOf } from '../../../entities/listCall';
import { task as taskEntity } from '../../../entities/task';
import type { Entity } from '../../../entities/types';
import { isArchived } from '../../../run/archived';
import { currentRecord } from '../../../run/records';
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

interface ListFilter {
	action?: string;
	query?: IDataObject;
	body?: IDataObject;
}

/**
 * Reads which records of the trial AlfaCRM shows, and keeps what was shown last. Only a record that
 * holds the signature of the trial is read: AlfaCRM may name a wrong ID or ignore a filter.
 */
export class TestRecords {
	/** Which records AlfaCRM showed when they were read last. */
	readonly present = new PresentRecords();
	/** Whether the lead was in the archive when it was read last. */
	isLeadArchived = false;
	/** The lead as it was found last. It is kept after the lead was deleted. */
	private lead?: LocatedRecord;
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

	/** Names all records that are in AlfaCRM or may be. */
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

	/** Only call this if `isLeadKnown`. */
	get leadId(): number {
		return Number(this.lead?.row.id);
	}

	/**
	 * Looks for a new lead by the ID that AlfaCRM has answered with, if any, or else by its name.
	 * Keeps the lead.
	 */
	async findCreatedLead(
		answeredId: number | undefined,
	): Promise<{ lead?: IDataObject; isFoundById: boolean }> {
		const leadById = answeredId === undefined ? undefined : await this.findLeadById(answeredId);
		this.lead = leadById ?? (await this.findLeadByName());
		if (this.lead !== undefined) this.present.setShown('lead', idsOf([this.lead.row]));
		return { lead: this.lead?.row, isFoundById: leadById !== undefined };
	}

	/** Reads the lead that was found before, and keeps nothing. */
	async readKnownLead(): Promise<IDataObject | undefined> {
		return (await this.findLeadById(this.leadId))?.row;
	}

	/** Looks for the lead again. Keeps it, whether it is there, and whether it is in the archive. */
	private async refreshLead(): Promise<IDataObject[]> {
		const lead = this.lead ? await this.findLeadById(this.leadId) : await this.findLeadByName();
		this.present.setShown('lead', lead ? idsOf([lead.row]) : []);
		if (lead === undefined) return [];

		this.lead = lead;
		this.isLeadArchived = await isArchived(
			this.operations.makeItem(),
			customerEntity,
			this.leadTarget,
			lead,
		);
		return [lead.row];
	}

	private async findLeadById(id: number): Promise<LocatedRecord | undefined> {
		const record = await currentRecord(
			this.operations.makeItem(),
			customerEntity,
			id,
			this.leadTarget,
		);
		return record && this.facts.signature.isIn(record.row) ? record : undefined;
	}

	private async findLeadByName(): Promise<LocatedRecord | undefined> {
		const { branch, signature } = this.facts;
		// Without these filters AlfaCRM lists no leads, and no archived ones. API notes 3.
		const includeEverybody = customerEntity.hidden?.show;
		const list = {
			...this.leadTarget,
			body: { ...includeEverybody, name: signature.text },
			task: 'look for the test lead',
		};
		const { rows } = await this.operations.makeItem().collect(list, {
			keep: (lead) => signature.isIn(lead),
			limit: 1,
		});
		const lead = rows.at(0);
		return lead && { row: lead, branch };
	}

	private get leadTarget(): Target {
		return {
			path: customerEntity.path,
			branch: this.facts.branch,
			query: {},
			labels: labelsOf(customerEntity.fields),
		};
	}

	// ---------------------------------------------------------------- what belongs to the lead

	async readComments(): Promise<IDataObject[]> {
		const query = { class: 'Customer', related_id: this.leadId };
		return await this.readList('comment', communication, { query });
	}

	/**
	 * Keeps the ID of the task, so that the task is found even if AlfaCRM does not save its due date.
	 */
	setCreatedTaskId(id: number | undefined): void {
		this.createdTaskId = id;
	}

	/**
	 * Reads the task by its due date, as *Create Task* looks for a task that exists already. If it is
	 * not listed by that day, reads it by its ID, or without an ID among the tasks without a due
	 * date.
	 */
	async readTasks(): Promise<{ tasks: IDataObject[]; isListedByDay: boolean }> {
		const day = formatDay(this.facts.day, 'dotted', 'utc');
		const tasksOfDay = await this.readList('task', taskEntity, {
			body: { due_date_from: day, due_date_to: day },
		});
		if (tasksOfDay.length > 0) return { tasks: tasksOfDay, isListedByDay: true };

		const body =
			this.createdTaskId === undefined ? { due_date_is_null: true } : { id: this.createdTaskId };
		return { tasks: await this.readList('task', taskEntity, { body }), isListedByDay: false };
	}

	/**
	 * Reads the membership of the lead in the group. A membership has no text that could hold the
	 * signature, so the lead and the group identify it.
	 */
	async readMemberships(): Promise<IDataObject[]> {
		// `cgi/customer` lists the memberships of one customer (API notes 2). A row may name no
		// customer, because all rows belong to that one.
		const filter = { action: 'customer', query: { customer_id: this.leadId } };
		const isOfLeadInGroup = ({ group_id, customer_id }: IDataObject) =>
			readId(group_id) === this.facts.groupId &&
			(readId(customer_id) ?? this.leadId) === this.leadId;
		return await this.readList('membership', cgi, filter, isOfLeadInGroup);
	}

	/** Whether no membership of the lead in the group lasts longer than today. */
	async hasLeftGroup(): Promise<boolean> {
		const { day, zone } = this.facts;
		const memberships = await this.readMemberships();
		return memberships.every((membership) => lastDayOf(membership, zone) <= day);
	}

	private async readList(
		kind: RecordKind,
		entity: Entity,
		filter: ListFilter,
		isOfTrial = (row: IDataObject) => this.facts.signature.isIn(row),
	): Promise<IDataObject[]> {
		const list = {
			path: entity.path,
			branch: this.facts.branch,
			...filter,
			task: `look for the ${kind} of the test lead`,
		};
		const { rows } = await this.operations.makeItem().collect(list, {
			passes: passesOf(entity),
			keep: isOfTrial,
		});
		this.present.setShown(kind, idsOf(rows));
		return rows;
	}
}
