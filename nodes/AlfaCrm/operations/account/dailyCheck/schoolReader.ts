import type { IDataObject } from 'n8n-workflow';

import type { Collected, CollectOptions } from '../../../api/list';
import type { ListQuery } from '../../../api/pages';
import { belongsToBranch } from '../../../entities/branch';
import { listCall } from '../../../entities/listCall';
import type { Entity } from '../../../entities/types';
import type { Item } from '../../../run/item';
import { warningReader } from '../../../run/readList';
import type { Branch, LocatedRecord } from '../../../store/located';
import { DAILY_CHECKS } from './dailyChecks';
import type { DailyForm } from './dailyForm';
import type { CheckName } from './finding';

/** A list of one branch, and the checks that cannot work properly without it. */
interface NeededList {
	checks: readonly CheckName[];
	/** The name of the listed records, such as `Payments`. */
	plural: string;
	branch: Branch;
}

type ReadOptions = CollectOptions & Pick<ListQuery, 'body'>;

/**
 * Reads the lists that the chosen checks need, in all checked branches. A list that this user may
 * not read is left out, and a hint names the checks that lack it.
 */
export class SchoolReader {
	private isAnyListRead = false;

	/** @param branches the branches to check */
	constructor(
		readonly item: Item,
		readonly branches: readonly number[],
		readonly form: DailyForm,
	) {}

	/** Whether the user has chosen at least one of these checks. */
	isAnyChosen(checks: readonly CheckName[]): boolean {
		return checks.some((check) => this.form.checks.includes(check));
	}

	/**
	 * Reads a list of a branch. If this user may not read it, adds a hint for each check that lacks
	 * it.
	 *
	 * @param read reads the list; must not return undefined, which stands for a denied list
	 * @returns undefined if this user may not read it
	 */
	async readNeededList<T>(
		{ checks, plural, branch }: NeededList,
		read: () => Promise<T>,
	): Promise<T | undefined> {
		const result = await this.item.readIfAllowed(read, { treats404AsDenied: true });
		if (result !== undefined) {
			this.isAnyListRead = true;
			return result;
		}

		this.addHintsAboutDeniedList({ checks, plural, branch });
		return undefined;
	}

	/**
	 * Adds a hint for each check that needs a list and that the user has chosen, because this user
	 * may not read the list.
	 */
	addHintsAboutDeniedList({ checks, plural, branch }: NeededList): void {
		for (const check of this.form.checks.filter((chosen) => checks.includes(chosen))) {
			this.item.execution.hints.add(
				`The check '${DAILY_CHECKS[check].label}' is not whole, because this user may not list all that it takes`,
				`${plural.toLowerCase()} of branch ${String(branch)}`,
			);
		}
	}

	/**
	 * Reads the rows of a branch.
	 *
	 * @returns undefined if this user may not list them
	 */
	async readBranch(
		checks: readonly CheckName[],
		entity: Entity,
		branch: number,
		{ body, ...options }: ReadOptions = {},
	): Promise<IDataObject[] | undefined> {
		const { plural } = entity;
		const list = { ...listCall(entity, branch), body };
		const read = async () => await this.collect(list, plural, options);
		const collected = await this.readNeededList({ checks, plural, branch }, read);
		// The list of a branch may also show records of other branches. API notes 3.
		return collected?.rows.filter((row) => belongsToBranch(row, branch));
	}

	/**
	 * Reads the rows of all checked branches. A record of several branches is returned once, with the
	 * first branch that lists it. Only call this for an entity whose records have IDs.
	 */
	async readAllBranches(
		checks: readonly CheckName[],
		entity: Entity,
		options: ReadOptions = {},
	): Promise<LocatedRecord[]> {
		const recordsOfBranches = await Promise.all(
			this.branches.map(async (branch) => {
				const rows = await this.readBranch(checks, entity, branch, options);
				return (rows ?? []).map((row) => ({ row, branch }));
			}),
		);

		const recordsById = new Map<unknown, LocatedRecord>();
		for (const record of recordsOfBranches.flat()) {
			if (!recordsById.has(record.row.id)) recordsById.set(record.row.id, record);
		}
		return [...recordsById.values()];
	}

	/** Reads a list, and adds a hint if rows are missing. */
	async collect(list: ListQuery, plural: string, options: CollectOptions = {}): Promise<Collected> {
		return await warningReader(this.item, plural.toLowerCase()).collect(list, options);
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
