import type { IDataObject } from 'n8n-workflow';

import type { ApiClient } from '../../api/client';
import { asNodeError, hasStatus } from '../../api/failures';
import type { ReadingGoal } from '../../api/list';
import { collect } from '../../api/list';
import type { Page } from '../../api/pages';
import { rateLimiterOf } from '../../api/rateLimiter';
import type { ApiRequest } from '../../api/request';
import { branch as branchEntity, isClosedBranch } from '../../entities/branch';
import { customer } from '../../entities/customer';
import { listCall } from '../../entities/listCall';
import { entities, entityOf } from '../../entities/registry';
import type { Entity } from '../../entities/types';
import { idsOf } from '../../values/formats';

/** As many branches are tried; each takes a call. */
const MOST_BRANCHES = 10;
/** A user who may list none of these in a branch hardly works there. Customers also tell whether it lists other branches'. */
const USUAL = [customer.resource, 'subject', 'lesson', 'user'];
/** Statuses that tell of one list. What has another, or none, is about the login, the network or the whole AlfaCRM. */
const OF_A_LIST = [200, 400, 403, 404, 405, 422, 500];

/** Lists of what belongs to one record need that record in the query. API notes 2. */
const OWNERS: Readonly<Record<string, { resource: string; as: string; query?: IDataObject }>> = {
	cgi: { resource: 'group', as: 'group_id' },
	customerTariff: { resource: 'customer', as: 'customer_id' },
	communication: { resource: 'customer', as: 'related_id', query: { class: 'Customer' } },
};

/** What came of one list. */
export interface Reading {
	entity: Entity;
	/** Of its first page; none where AlfaCRM refused it. */
	rows: IDataObject[];
	/** How many rows there are, as AlfaCRM counts them. */
	total?: number;
	/** How many rows the first page held, where more follow. */
	pageSize?: number;
	/** The HTTP status with which AlfaCRM refused it. */
	status?: number;
	/** It was not asked for, since it belongs to such a record, and none came. */
	lacks?: string;
}

/** An account as one user sees it. */
export interface AccountReading {
	/** The branch whose lists were read. */
	branch: number;
	/** Whether the user may read in a branch; undefined where AlfaCRM does not say. */
	branches: ReadonlyMap<number, boolean | undefined>;
	/** The first page of customers of each branch where this user may list them. */
	customers: ReadonlyMap<number, readonly IDataObject[]>;
	/** In the order of the entities. */
	lists: readonly Reading[];
	/** The paths of lists that AlfaCRM refused with a page size. */
	unsized: readonly string[];
	/** Milliseconds from each call to its answer. */
	roundTrips: readonly number[];
	/** How many calls of this process AlfaCRM refused meanwhile as too many. */
	tooMany: number;
}

type CallContext = Pick<ApiRequest, 'itemIndex' | 'onSend' | 'savedBefore'>;

/** Is reached with a page that shows whether more follow: without a total, page 0 does not show that. */
class FirstPagesGoal implements ReadingGoal {
	/** How many rows page 0 has. */
	pageSize?: number;
	private showsMore = false;

	add({ items, number, total }: Page): void {
		this.pageSize ??= items.length;
		this.showsMore = total !== undefined || number > 0;
	}

	isReached(): boolean {
		return this.showsMore;
	}
}

class Reader {
	readonly roundTrips: number[] = [];
	readonly customers = new Map<number, readonly IDataObject[]>();

	constructor(
		private readonly client: ApiClient,
		private readonly context: CallContext,
	) {}

	/**
	 * The first page of a list as operations ask for it, archived rows included; and the next one where the first does not
	 * say how many there are.
	 *
	 * @throws NodeApiError that is about more than this list
	 */
	async read(entity: Entity, branch?: number, query?: IDataObject): Promise<Reading> {
		let sentAt = 0;
		const onSend = () => {
			this.context.onSend?.();
			sentAt = performance.now();
		};
		const list = {
			...{ ...listCall(entity, branch), body: entity.hidden?.show, query },
			...{ ...this.context, onSend },
		};
		const goal = new FirstPagesGoal();
		try {
			const { rows, total, nextPage } = await collect(this.client, list, { goal });
			this.roundTrips.push(performance.now() - sentAt);
			return { entity, rows, total, pageSize: nextPage === undefined ? undefined : goal.pageSize };
		} catch (error) {
			if (!hasStatus(error, ...OF_A_LIST)) throw asNodeError(this.client.node, error);
			return { entity, rows: [], status: Number(error.httpCode) };
		}
	}

	/** Whether the user may read anything usual in a branch. Keeps the customers that this shows. */
	async tryBranch(branch: number): Promise<boolean | undefined> {
		for (const resource of USUAL) {
			const { rows, status } = await this.read(entityOf(resource), branch);
			if (resource === customer.resource && status === undefined) this.customers.set(branch, rows);
			if (status !== 403) return status === undefined ? true : undefined;
		}
		return false;
	}
}

/**
 * Reads what there is to list, one call after the other, and nothing but lists.
 *
 * @param given the branch to look at; else the first in use that the user may read
 * @throws NodeApiError when the login or the network fails, or the execution is cancelled
 */
export async function readAccount(
	client: ApiClient,
	given: number | undefined,
	context: CallContext = {},
): Promise<AccountReading> {
	const limiter = rateLimiterOf(await client.origin());
	const refusedBefore = limiter.refusedCount;
	const reader = new Reader(client, context);
	const listed = await reader.read(branchEntity);
	const inUse = idsOf(listed.rows.filter((row) => !isClosedBranch(row))).sort((a, b) => a - b);
	const known = [...(given === undefined ? [] : [given]), ...inUse.slice(0, MOST_BRANCHES)];
	const branches = new Map<number, boolean | undefined>();
	for (const id of known.length > 0 ? known : [1]) {
		if (!branches.has(id)) branches.set(id, await reader.tryBranch(id));
	}
	const tried = [...branches.keys()];
	const branch = given ?? tried.find((id) => branches.get(id)) ?? tried[0];

	const byResource = new Map<string, Reading>([[branchEntity.resource, listed]]);
	for (const entity of entities) {
		if (entity.resource in OWNERS || byResource.has(entity.resource)) continue;
		byResource.set(entity.resource, await reader.read(entity, branch));
	}
	for (const [resource, { resource: lacks, as, query }] of Object.entries(OWNERS)) {
		const entity = entityOf(resource);
		const [id] = idsOf(byResource.get(lacks)?.rows ?? []);
		const nothing: Reading = { entity, rows: [], lacks };
		byResource.set(
			resource,
			id === undefined ? nothing : await reader.read(entity, branch, { ...query, [as]: id }),
		);
	}
	return {
		branch,
		branches,
		customers: reader.customers,
		roundTrips: reader.roundTrips,
		lists: entities.map(({ resource }) => byResource.get(resource) as Reading),
		unsized: [...client.withoutPageSize].map((name) => name.replace('/index', '')),
		tooMany: limiter.refusedCount - refusedBefore,
	};
}
