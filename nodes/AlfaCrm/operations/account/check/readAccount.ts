/**
 * Reads an account for *Account → Check*: probes some branches, chooses one of them, and reads the
 * first page of every list in this branch. To probe a branch is to find out whether this user may
 * list records in it.
 */

import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../api/client';
import { asNodeError, hasStatus } from '../../../api/failures';
import type { ReadingGoal } from '../../../api/list';
import { collect } from '../../../api/list';
import type { Page } from '../../../api/pages';
import { getRateLimiter } from '../../../api/rateLimiter';
import type { ApiRequest } from '../../../api/request';
import { branch as branchEntity, isClosedBranch } from '../../../entities/branch';
import { customer } from '../../../entities/customer';
import { makeListCall } from '../../../entities/listCall';
import { entities, entityOf } from '../../../entities/registry';
import type { Entity } from '../../../entities/types';
import { idsOf } from '../../../values/formats';
import type {
	AccountReading,
	BranchAccess,
	ListReading,
	ShownList,
	RefusedList,
} from './accountReading';
import { getRows } from './accountReading';

/**
 * The most branches that are probed besides the requested one. Each branch costs a call or more.
 */
const MOST_PROBED_BRANCHES = 10;

/** The branch to probe if the user names none and may not list the branches. */
const DEFAULT_BRANCH = 1;

/**
 * The resources whose lists nearly every user may read. A user who may read none of these lists in
 * a branch probably does not work in this branch. Customers are requested first, because another
 * check looks at the customers of each branch.
 */
const USUAL_RESOURCES = [customer.resource, 'subject', 'lesson', 'user'];

/**
 * The HTTP statuses of failures that may concern only one list, so that the check goes on. 200 is
 * among them, because AlfaCRM can also refuse a call with status 200 and errors in the answer
 * (docs/alfacrm-api.md 4). Any other failure concerns the login, the network or all of AlfaCRM, and
 * ends the check.
 */
const STATUSES_CONCERNING_ONE_LIST = [200, 400, 403, 404, 405, 422, 500];

/** How to list records that AlfaCRM lists for one owner at a time. */
interface OwnedList {
	/** The resource of the owner, such as `customer`. */
	owner: string;
	/** The query parameter that holds the owner's ID. */
	ownerParameter: string;
	/** Further query parameters of the call. */
	query?: IDataObject;
}

/**
 * The lists whose call needs the ID of an owner (docs/alfacrm-api.md 2), by the resource of the
 * listed records. For example, AlfaCRM lists the subscriptions (`customerTariff`) of one customer
 * at a time. `cgi` is AlfaCRM's name for the memberships of customers in groups.
 */
const OWNED_LISTS: Readonly<Record<string, OwnedList>> = {
	cgi: { owner: 'group', ownerParameter: 'group_id' },
	customerTariff: { owner: 'customer', ownerParameter: 'customer_id' },
	communication: { owner: 'customer', ownerParameter: 'related_id', query: { class: 'Customer' } },
};

/**
 * The properties that every call of the user's item has. `itemIndex` and `savedBefore` (what the
 * item has saved so far) go into messages about failed calls; `onSend` is called before each call.
 */
type CallContext = Pick<ApiRequest, 'itemIndex' | 'onSend' | 'savedBefore'>;

/**
 * Reads an account, one call after the other. All calls are to the action `index`, so they change
 * nothing.
 *
 * @param requestedBranch the branch whose lists to read; by default the first open branch in which
 * the user may list records
 * @throws NodeApiError if the login or the network fails, or the execution is cancelled
 */
export async function readAccount(
	client: ApiClient,
	requestedBranch: number | undefined,
	context: CallContext = {},
): Promise<AccountReading> {
	const limiter = getRateLimiter(await client.origin());
	const refusedBefore = limiter.refusedCount;
	const reader = new FirstPageReader(client, context);

	const branchList = await reader.read(branchEntity);
	const branchAccess = await probeBranches(reader, branchList, requestedBranch);
	const branch = requestedBranch ?? chooseBranch(branchAccess);
	const lists = await readLists(reader, branchList, branch);

	// The client has noted calls such as `customer/index`. Their lists have paths such as `customer`.
	const callsRefusingPageSize = [...client.actionsWithoutPageSize];
	const pathsWithoutPageSize = callsRefusingPageSize.map((name) => name.replace('/index', ''));
	return {
		branch,
		branchAccess,
		customersByBranch: reader.customersByBranch,
		lists,
		pathsWithoutPageSize,
		answerTimesMs: reader.answerTimesMs,
		tooManyRequestsCount: limiter.refusedCount - refusedBefore,
	};
}

/**
 * Finds out in which open branches the user may list records. The requested branch is probed first,
 * even if it is closed.
 */
async function probeBranches(
	reader: FirstPageReader,
	branchList: ListReading,
	requestedBranch: number | undefined,
): Promise<Map<number, BranchAccess>> {
	const branches = chooseBranchesToProbe(branchList, requestedBranch);
	const branchAccess = new Map<number, BranchAccess>();
	for (const branch of branches) {
		const access = await reader.probeBranch(branch);
		branchAccess.set(branch, access);
	}
	return branchAccess;
}

/**
 * Chooses the requested branch, if any, and the open branches with the smallest IDs. If no branch
 * is requested or known to be open, chooses the default branch.
 */
function chooseBranchesToProbe(
	branchList: ListReading,
	requestedBranch: number | undefined,
): Set<number> {
	const openBranches = getRows(branchList).filter((row) => !isClosedBranch(row));
	const openIds = idsOf(openBranches).sort((a, b) => a - b);
	const requestedIds = requestedBranch === undefined ? [] : [requestedBranch];

	const idsToProbe = new Set([...requestedIds, ...openIds.slice(0, MOST_PROBED_BRANCHES)]);
	if (idsToProbe.size === 0) idsToProbe.add(DEFAULT_BRANCH);
	return idsToProbe;
}

/** Chooses the first readable branch or, if no branch is readable, the first branch. */
function chooseBranch(branchAccess: ReadonlyMap<number, BranchAccess>): number {
	const branches = [...branchAccess.keys()];
	const readableBranch = branches.find((branch) => branchAccess.get(branch) === 'readable');
	return readableBranch ?? branches[0];
}

/**
 * Reads the list of each entity in a branch. Lists that need an owner are read last, because their
 * owner is taken from a list that was read before.
 *
 * @param branchList the list of branches, which is not read again
 */
async function readLists(
	reader: FirstPageReader,
	branchList: ListReading,
	branch: number,
): Promise<ListReading[]> {
	const listsByResource = new Map([[branchEntity.resource, branchList]]);
	for (const entity of entities) {
		const needsOwner = entity.resource in OWNED_LISTS;
		if (needsOwner || listsByResource.has(entity.resource)) continue;

		const list = await reader.read(entity, branch);
		listsByResource.set(entity.resource, list);
	}
	for (const [resource, { owner }] of Object.entries(OWNED_LISTS)) {
		const owners = getRows(listsByResource.get(owner));
		const list = await readOwnedList(reader, entityOf(resource), branch, owners);
		listsByResource.set(resource, list);
	}

	// In the order of the entities.
	return entities.flatMap(({ resource }) => listsByResource.get(resource) ?? []);
}

/**
 * Reads the list of one owner, such as the subscriptions of a customer. Skips the list if `owners`
 * is empty.
 */
async function readOwnedList(
	reader: FirstPageReader,
	entity: Entity,
	branch: number,
	owners: IDataObject[],
): Promise<ListReading> {
	const { owner, ownerParameter, query } = OWNED_LISTS[entity.resource];
	const [ownerId] = idsOf(owners);
	if (ownerId === undefined) return { outcome: 'skipped', entity, missingOwner: owner };

	const queryOfOwner = { ...query, [ownerParameter]: ownerId };
	return await reader.read(entity, branch, queryOfOwner);
}

/** Reads first pages of lists. Keeps the answer times, and the customers of probed branches. */
class FirstPageReader {
	/** How long AlfaCRM took to answer the last call of each list, in milliseconds. */
	readonly answerTimesMs: number[] = [];
	/** The first page of customers of each probed branch that lists customers, by branch ID. */
	readonly customersByBranch = new Map<number, readonly IDataObject[]>();
	/** When the last call was sent, by `performance.now()`. */
	private lastSentAt = 0;

	constructor(
		private readonly client: ApiClient,
		private readonly context: CallContext,
	) {}

	/**
	 * Reads the first page of a list, as the operations of the node request it.
	 *
	 * @throws NodeApiError for a failure that concerns more than this list
	 */
	async read(
		entity: Entity,
		branch?: number,
		query?: IDataObject,
	): Promise<ShownList | RefusedList> {
		const list = {
			...makeListCall(entity, branch),
			...this.context,
			// Without these filters AlfaCRM leaves out some rows, such as archived customers.
			body: entity.hidden?.bodyShowingAll,
			query,
			onSend: () => this.noteSending(),
		};
		const goal = new FirstPageGoal();

		try {
			const { rows, total, nextPage } = await collect(this.client, list, { goal });
			this.answerTimesMs.push(performance.now() - this.lastSentAt);

			// Without a next page, the first page may not be full, so its length is not the page size.
			const fullPageSize = nextPage === undefined ? undefined : goal.firstPageLength;
			return { outcome: 'read', entity, rows, total, fullPageSize };
		} catch (error) {
			if (!hasStatus(error, ...STATUSES_CONCERNING_ONE_LIST))
				throw asNodeError(this.client.node, error);
			return { outcome: 'refused', entity, status: Number(error.httpCode) };
		}
	}

	/** Notes when a call is sent. Its answer time does not include the wait for the rate limit. */
	private noteSending(): void {
		this.context.onSend?.();
		this.lastSentAt = performance.now();
	}

	/**
	 * Finds out whether the user may list records in a branch. Requests the lists of
	 * `USUAL_RESOURCES` one after the other until AlfaCRM shows one. Keeps the customers if AlfaCRM
	 * lists them.
	 */
	async probeBranch(branch: number): Promise<BranchAccess> {
		let isEachListDenied = true;
		for (const resource of USUAL_RESOURCES) {
			const list = await this.read(entityOf(resource), branch);
			if (list.outcome === 'read') {
				if (resource === customer.resource) this.customersByBranch.set(branch, list.rows);
				return 'readable';
			}
			// Only 403 says that a right is missing. Any other status may concern this list alone.
			if (list.status !== 403) isEachListDenied = false;
		}
		return isEachListDenied ? 'denied' : 'unknown';
	}
}

/**
 * Ends the reading of a list as soon as it is known whether a second page follows:
 *
 * - after the first page, if AlfaCRM names the total number of rows there
 * - after the second page, if AlfaCRM names no total: the second page may be empty
 *
 * For a list of one page, `collect` does not ask `isReached`, and returns no `nextPage`.
 */
class FirstPageGoal implements ReadingGoal {
	/** How many rows the first page holds. */
	firstPageLength?: number;
	private knowsIfSecondPageFollows = false;

	/** Looks at the next page of the list. */
	add({ allRows, number, total }: Page): void {
		this.firstPageLength ??= allRows.length;
		// Pages are numbered from 0.
		const isFirstPage = number === 0;
		this.knowsIfSecondPageFollows = total !== undefined || !isFirstPage;
	}

	isReached(): boolean {
		return this.knowsIfSecondPageFollows;
	}
}
