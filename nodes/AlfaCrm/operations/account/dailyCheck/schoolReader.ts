/**
 * Reads lists for *Account → Daily Check*. If this user may not read a list that a check needs, the
 * check goes on without it, and a hint says that the results of the check are incomplete.
 */

import type { IDataObject } from 'n8n-workflow';

import type { Collected, CollectOptions } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { belongsToBranch } from '../../../entities/branch';
import { makeListCall } from '../../../entities/listCall';
import type { Entity } from '../../../entities/types';
import type { Item } from '../../../run/item';
import { makeReaderWithHints } from '../../../run/readList';
import type { LocatedRecord } from '../../../store/located';
import { DAILY_CHECKS } from './dailyChecks';
import type { DailyForm } from './dailyForm';
import type { CheckName } from './finding';

/** A list of one branch, and the checks that need it. */
interface NeededList {
	checks: readonly CheckName[];
	/** The name of the listed records, such as `Payments`. */
	plural: string;
	branch: number;
}

/** A record, and the checked branch whose list shows it. */
export interface BranchRecord extends LocatedRecord {
	branch: number;
}

/** The body of the call, and the options of `collect`. */
type ReadOptions = CollectOptions & Pick<ListQuery, 'body'>;

export class SchoolReader {
	/** Whether at least one list that a check needs could be read. */
	private isAnyListRead = false;

	constructor(
		readonly item: Item,
		/** The branches to check. */
		readonly branches: readonly number[],
		readonly form: DailyForm,
	) {}

	/** Whether the user has chosen at least one of some checks. */
	isAnyCheckChosen(checks: readonly CheckName[]): boolean {
		return checks.some((check) => this.form.checks.includes(check));
	}

	/**
	 * Reads a list that some checks need. If this user may not read the list, adds a hint for each of
	 * the checks that the user has chosen.
	 *
	 * @param read reads the list. The result must not be undefined, because undefined means a list
	 * that this user may not read.
	 * @returns undefined if this user may not read the list
	 */
	async readNeededList<T>(list: NeededList, read: () => Promise<T>): Promise<T | undefined> {
		// AlfaCRM may answer 404 for a branch that this user may not see.
		const result = await this.item.readIfAllowed(read, { treats404AsDenied: true });
		if (result === undefined) {
			this.addHintsAboutDeniedList(list);
			return undefined;
		}

		this.isAnyListRead = true;
		return result;
	}

	/** Adds a hint for each chosen check that needs a list which this user may not read. */
	addHintsAboutDeniedList({ checks, plural, branch }: NeededList): void {
		const affectedChecks = this.form.checks.filter((check) => checks.includes(check));
		for (const check of affectedChecks) {
			this.item.execution.hints.add(
				`The check '${DAILY_CHECKS[check].label}' is not whole, because this user may not list all that it takes`,
				`${plural.toLowerCase()} of branch ${branch}`,
			);
		}
	}

	/**
	 * Reads the list of an entity in a branch: see `readNeededList`.
	 *
	 * @param checks the checks that need the list
	 * @returns the rows that belong to the branch; undefined if this user may not read the list
	 */
	async readRowsInBranch(
		checks: readonly CheckName[],
		entity: Entity,
		branch: number,
		readOptions: ReadOptions = {},
	): Promise<IDataObject[] | undefined> {
		const { body, ...collectOptions } = readOptions;
		const { plural } = entity;
		const list = { ...makeListCall(entity, branch), body };
		const read = async () => await this.collect(list, plural, collectOptions);
		const collected = await this.readNeededList({ checks, plural, branch }, read);

		// The list of a branch may also show records of other branches: docs/alfacrm-api.md 3.
		return collected?.rows.filter((row) => belongsToBranch(row, branch));
	}

	/**
	 * Reads the records of an entity in all checked branches. If several branches list a record,
	 * returns it once, with the first of these branches. Only call this for an entity whose records
	 * have IDs.
	 *
	 * @param checks the checks that need the records
	 */
	async readRecordsInAllBranches(
		checks: readonly CheckName[],
		entity: Entity,
		options: ReadOptions = {},
	): Promise<BranchRecord[]> {
		const readRecords = async (branch: number): Promise<BranchRecord[]> => {
			const rows = await this.readRowsInBranch(checks, entity, branch, options);
			return (rows ?? []).map((row) => ({ row, branch }));
		};
		const recordsOfBranches = await Promise.all(this.branches.map(readRecords));

		const recordsById = new Map<unknown, BranchRecord>();
		for (const record of recordsOfBranches.flat()) {
			if (!recordsById.has(record.row.id)) recordsById.set(record.row.id, record);
		}
		return [...recordsById.values()];
	}

	/**
	 * Reads a list, and adds a hint if rows are missing.
	 *
	 * @param plural the name of the listed records, such as `Payments`
	 */
	async collect(list: ListQuery, plural: string, options: CollectOptions = {}): Promise<Collected> {
		const reader = makeReaderWithHints(this.item, plural.toLowerCase());
		return await reader.collect(list, options);
	}

	/**
	 * Makes sure that at least one list could be read. Without any list, the output would be empty,
	 * as if nothing had to be put right.
	 *
	 * @throws NodeApiError if this user may read none of the lists
	 */
	assertAnyListRead(): void {
		if (this.isAnyListRead) return;

		throw this.item.apiError(
			'This user may list nothing that the checks take',
			"Give the user those rights in AlfaCRM, or choose other checks or branches in 'Options'.",
			403,
		);
	}
}
