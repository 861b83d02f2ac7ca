import type { IDataObject } from 'n8n-workflow';

import type { Collected, CollectOptions } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { belongsToBranch } from '../../../entities/branch';
import { listCall } from '../../../entities/listCall';
import type { Entity } from '../../../entities/types';
import type { Item } from '../../../run/item';
import { makeReaderWithHints } from '../../../run/readList';
import type { LocatedRecord } from '../../../store/located';
import { DAILY_CHECKS } from './dailyChecks';
import type { DailyForm } from './dailyForm';
import type { CheckName } from './finding';

/** A list of one branch, and the checks whose results are incomplete without it. */
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

type ReadOptions = CollectOptions & Pick<ListQuery, 'body'>;

/**
 * Reads the lists that the chosen checks need, in all checked branches. A list that this user may
 * not read is left out, and a hint names the checks that lack it.
 */
export class SchoolReader {
	/** Whether this user may read at least one of the lists. */
	private isAnyListRead = false;

	/** @param branches the branches to check */
	constructor(
		readonly item: Item,
		readonly branches: readonly number[],
		readonly form: DailyForm,
	) {}

	/** Whether the user has chosen at least one of these checks. */
	isAnyCheckChosen(checks: readonly CheckName[]): boolean {
		return checks.some((check) => this.form.checks.includes(check));
	}

	/**
	 * Reads a list that some checks need. If this user may not read it, adds a hint to the output for
	 * each of these checks.
	 *
	 * @param read reads the list; must not return undefined, which stands for a denied list
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

	/**
	 * Adds a hint for each chosen check that needs a list which this user may not read: the results
	 * of the check are incomplete.
	 */
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
	 * Reads the rows of an entity in a branch, which some checks need. If this user may not list
	 * them, adds a hint to the output for each of these checks.
	 *
	 * @returns undefined if this user may not list them
	 */
	async readRowsInBranch(
		checks: readonly CheckName[],
		entity: Entity,
		branch: number,
		readOptions: ReadOptions = {},
	): Promise<IDataObject[] | undefined> {
		const { body, ...options } = readOptions;
		const { plural } = entity;
		const list = { ...listCall(entity, branch), body };
		const read = async () => await this.collect(list, plural, options);
		const collected = await this.readNeededList({ checks, plural, branch }, read);

		// The list of a branch may also show records of other branches. API notes 3.
		return collected?.rows.filter((row) => belongsToBranch(row, branch));
	}

	/**
	 * Reads the records of an entity in all checked branches. A record of several branches is
	 * returned once, with the first branch that lists it. Only call this for an entity whose records
	 * have IDs.
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
	 * Makes sure that at least one list could be read. Otherwise finding nothing would look as if
	 * nothing had to be put right.
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
