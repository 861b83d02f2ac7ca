import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../../api/client';
import { asNodeError, hasStatus } from '../../../api/failures';
import type { ReadingGoal } from '../../../api/list';
import { collect } from '../../../api/list';
import type { Page } from '../../../api/pages';
import { rateLimiterOf } from '../../../api/rateLimiter';
import type { ApiRequest } from '../../../api/request';
import { branch as branchEntity, isClosedBranch } from '../../../entities/branch';
import { customer } from '../../../entities/customer';
import { listCall } from '../../../entities/listCall';
import { entities, entityOf } from '../../../entities/registry';
import type { Entity } from '../../../entities/types';
import { idsOf } from '../../../values/formats';
import type {
	AccountReading,
	BranchAccess,
	ListReading,
	ReadList,
	RefusedList,
} from './accountReading';
import { getRows } from './accountReading';

/**
 * At most this many branches are probed besides the requested one, because each takes at least one
 * call.
 */
const MOST_PROBED_BRANCHES = 10;

/** The branch to probe if the user names none and may not list the branches. */
const DEFAULT_BRANCH = 1;

/**
 * Lists that nearly every user may read. A user who may list none of them in a branch hardly works
 * there. Customers are requested first, because their rows also show whether the branch lists
 * records of other branches.
 */
const USUAL_RESOURCES = [customer.resource, 'subject', 'lesson', 'user'];

/**
 * HTTP statuses of failures that concern one list. AlfaCRM also refuses with status 200 and errors
 * in the answer (API notes 4). Any other failure concerns the login, the network or all of AlfaCRM,
 * so it ends the check.
 */
const STATUSES_CONCERNING_ONE_LIST = [200, 400, 403, 404, 405, 422, 500];

/** How to list records that AlfaCRM only lists for one owner. */
interface OwnedList {
	/** The resource of the owner. */
	owner: string;
	/** The query parameter that holds the owner's ID. */
	ownerParameter: string;
	query?: IDataObject;
}

/**
 * The lists that AlfaCRM only gives with the ID of an owner in the query (API notes 2), by the
 * resource of what they list. `cgi` is AlfaCRM's name for the memberships of customers in groups.
 */
const OWNED_LISTS: Readonly<Record<string, OwnedList>> = {
	cgi: { owner: 'group', ownerParameter: 'group_id' },
	customerTariff: { owner: 'customer', ownerParameter: 'customer_id' },
	communication: { owner: 'customer', ownerParameter: 'related_id', query: { class: 'Customer' } },
};

/**
 * The data that each call carries from the item that causes the check. `savedBefore` goes into
 * messages about failed calls: it lists the writes that the item has saved by then.
 */
type CallContext = Pick<ApiRequest, 'itemIndex' | 'onSend' | 'savedBefore'>;

/**
 * Reads the first page of every list of an account, one call after the other. It only calls the
 * action `index`, so it changes nothing.
 *
 * @param requestedBranch the branch whose lists to read; by default the first open one that the
 * user may read
 * @throws NodeApiError if the login or the network fails, or the execution is cancelled
 */
export async function readAccount(
	client: ApiClient,
	requestedBranch: number | undefined,
	context: CallContext = {},
): Promise<AccountReading> {
	const limiter = rateLimiterOf(await client.origin());
	const refusedBefore = limiter.refusedCount;
	const reader = new FirstPageReader(client, context);

	const branchList = await reader.read(branchEntity);
	const branchAccess = await probeBranches(reader, branchList, requestedBranch);
	const branch = requestedBranch ?? chooseBranch(branchAccess);
	const lists = await readLists(reader, branchList, branch);

	// The client keeps the names of these calls, such as `customer/index`.
	const callsRefusingPageSize = [...client.withoutPageSize];
	return {
		branch,
		branchAccess,
		customersByBranch: reader.customersByBranch,
		lists,
		pathsRefusingPageSize: callsRefusingPageSize.map((name) => name.replace('/index', '')),
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
	const openBranches = getRows(branchList).filter((row) => !isClosedBranch(row));
	const openIds = idsOf(openBranches).sort((a, b) => a - b);
	const requestedIds = requestedBranch === undefined ? [] : [requestedBranch];
	const ids = new Set([...requestedIds, ...openIds.slice(0, MOST_PROBED_BRANCHES)]);
	if (ids.size === 0) ids.add(DEFAULT_BRANCH);

	const access = new Map<number, BranchAccess>();
	for (const id of ids) {
		access.set(id, await reader.probeBranch(id));
	}
	return access;
}

/** Chooses the first readable branch, or the first one if none is readable. */
function chooseBranch(branchAccess: ReadonlyMap<number, BranchAccess>): number {
	const ids = [...branchAccess.keys()];
	return ids.find((id) => branchAccess.get(id) === 'readable') ?? ids[0];
}

/**
 * Reads the list of each entity. Lists that need an owner come last, since the owner comes from
 * another list.
 */
async function readLists(
	reader: FirstPageReader,
	branchList: ListReading,
	branch: number,
): Promise<ListReading[]> {
	const byResource = new Map([[branchEntity.resource, branchList]]);
	for (const entity of entities) {
		if (entity.resource in OWNED_LISTS || byResource.has(entity.resource)) continue;
		byResource.set(entity.resource, await reader.read(entity, branch));
	}
	for (const [resource, { owner, ownerParameter, query }] of Object.entries(OWNED_LISTS)) {
		const entity = entityOf(resource);
		const [ownerId] = idsOf(getRows(byResource.get(owner)));
		const list: ListReading =
			ownerId === undefined
				? { outcome: 'skipped', entity, missingOwner: owner }
				: await reader.read(entity, branch, { ...query, [ownerParameter]: ownerId });
		byResource.set(resource, list);
	}
	return entities.flatMap(({ resource }) => byResource.get(resource) ?? []);
}

/**
 * Reads first pages of lists. Keeps how long AlfaCRM took to answer the last call of each list that
 * was read, and the customers of each branch that was probed.
 */
class FirstPageReader {
	readonly answerTimesMs: number[] = [];
	readonly customersByBranch = new Map<number, readonly IDataObject[]>();

	constructor(
		private readonly client: ApiClient,
		private readonly context: CallContext,
	) {}

	/**
	 * Reads the first page of a list as the operations request it, archived rows included.
	 *
	 * @throws NodeApiError for a failure that concerns more than this list
	 */
	async read(
		entity: Entity,
		branch?: number,
		query?: IDataObject,
	): Promise<ReadList | RefusedList> {
		let sentAt = 0;
		const onSend = () => {
			this.context.onSend?.();
			sentAt = performance.now();
		};
		const includeHiddenRows = entity.hidden?.show;
		const list = {
			...listCall(entity, branch),
			...this.context,
			body: includeHiddenRows,
			query,
			onSend,
		};
		const goal = new FirstPageGoal();

		try {
			const { rows, total, nextPage } = await collect(this.client, list, { goal });
			this.answerTimesMs.push(performance.now() - sentAt);
			// If the list ended, its first page may not be full, so its length is no page size.
			const fullPageSize = nextPage === undefined ? undefined : goal.firstPageLength;
			return { outcome: 'read', entity, rows, total, fullPageSize };
		} catch (error) {
			if (!hasStatus(error, ...STATUSES_CONCERNING_ONE_LIST)) throw asNodeError(this.client.node, error);
			return { outcome: 'refused', entity, status: Number(error.httpCode) };
		}
	}

	/**
	 * Probes a branch: requests the usual lists one after the other, until AlfaCRM does not deny one.
	 * Keeps the customers if AlfaCRM lists them.
	 */
	async probeBranch(branch: number): Promise<BranchAccess> {
		for (const resource of USUAL_RESOURCES) {
			const list = await this.read(entityOf(resource), branch);
			if (list.outcome === 'read') {
				if (resource === customer.resource) this.customersByBranch.set(branch, list.rows);
				return 'readable';
			}
			// Only 403 says that a right is missing. After any other status nothing is known.
			if (list.status !== 403) return 'unknown';
		}
		return 'denied';
	}
}

/**
 * Ends the reading of a list as soon as it is known whether a second page follows. Page 0 shows it
 * by the total. Without a total only page 1 shows it, which may be empty.
 *
 * `collect` asks `isReached` after each page but the last. So if the total says that page 0 is the
 * last, the list has ended, and the goal has not ended it: `nextPage` is undefined.
 */
class FirstPageGoal implements ReadingGoal {
	/** How many rows page 0 holds. */
	firstPageLength?: number;
	private knowsIfSecondPageFollows = false;

	add({ items, number, total }: Page): void {
		this.firstPageLength ??= items.length;
		const isFirstPage = number === 0;
		this.knowsIfSecondPageFollows = total !== undefined || !isFirstPage;
	}

	isReached(): boolean {
		return this.knowsIfSecondPageFollows;
	}
}
