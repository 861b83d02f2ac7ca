import type { IDataObject } from 'n8n-workflow';

import { HOUR_MS, MINUTE_MS } from '../../../../nodes/AlfaCrm/values/time';
import { CUSTOMER_TYPE } from '../../../support/codes';
import { MemoryLists, readDottedDay, writeStamp } from '../lists';
import type {
	AccountSettings,
	Arrival,
	CardChange,
	Change,
	CustomerChange,
	CustomerType,
	History,
} from './histories';
import { BRANCHES } from './histories';

export interface Customer {
	id: number;
	branches: readonly number[];
	type: CustomerType;
	isArchived: boolean;
	/** True if nobody sees the customer any more. */
	isRemoved: boolean;
	createdAt: number;
	/** The time of creation, by the clock of the customer's branch. */
	stamp: string;
	/** The moment from which lists show the customer. */
	shownFrom: number;
}

interface NewCustomer {
	branches: number[];
	type: CustomerType;
	createdAt: number;
	/** The number of minutes in which no list shows the customer. */
	minutesHidden?: number;
}

/** Filters by which a call asks for a list. */
interface ListFilters {
	includesArchived: boolean;
}

/** An account of AlfaCRM with three branches, whose lists of customers are in memory. */
export class Account {
	now: number;
	/** The customers in the order of their IDs, which are 1, 2, 3 and so on. */
	readonly customers: Customer[] = [];
	readonly lists: MemoryLists;
	/**
	 * The first day for which the last request has asked, such as "2026-02-10"; empty if it asked for all days.
	 */
	lastRequestedDay = '';
	private readonly openBranches: Set<number>;

	constructor(private readonly settings: AccountSettings) {
		const { closedBranches, hasTotals, pageSize, startTime } = settings;
		this.now = Date.parse(`2026-02-10T${startTime}:00Z`);
		this.openBranches = new Set(BRANCHES.filter((branch) => !closedBranches.includes(branch)));
		this.lists = new MemoryLists((branch, body) => this.listCustomers(branch, body));
		this.lists.pageSize = pageSize;
		this.lists.hasTotals = hasTotals;
	}

	/** Adds the customers who are there at the beginning, one branch after the other. */
	addFirstCustomers(agesInHours: History['agesInHours']): void {
		const oldestFirst = [...agesInHours].sort((a, b) => b - a);
		oldestFirst.forEach((age, index) => {
			const branch = BRANCHES[index % BRANCHES.length];
			const createdAt = this.now - age * HOUR_MS;
			this.addCustomer({ branches: [branch], type: CUSTOMER_TYPE.client, createdAt });
		});
	}

	/** Adds a lead who has just come into a branch. */
	addLead(branch: number): Customer {
		return this.addCustomer({ branches: [branch], type: CUSTOMER_TYPE.lead, createdAt: this.now });
	}

	/** Adds customers who come now. */
	addArrivals({ branch, secondBranch, type, count, minutesHidden }: Arrival): Customer[] {
		const branches = BRANCHES.filter((candidate) => candidate === branch || candidate === secondBranch);
		return Array.from({ length: count }, () =>
			this.addCustomer({ branches, type, createdAt: this.now, minutesHidden }),
		);
	}

	/** Changes a customer and returns it. Returns undefined if there is no customer yet. */
	changeCustomer(change: CardChange): Customer | undefined {
		if (this.customers.length === 0) return undefined;

		const customer = this.customers[change.customerIndex % this.customers.length];
		switch (change.kind) {
			case 'convert':
				customer.type = customer.type === CUSTOMER_TYPE.lead ? CUSTOMER_TYPE.client : CUSTOMER_TYPE.lead;
				break;
			case 'archive':
				customer.isArchived = true;
				break;
			case 'restore':
				customer.isArchived = false;
				break;
			case 'remove':
				customer.isRemoved = true;
				break;
			case 'move':
				customer.branches = [change.branch];
				break;
		}
		return customer;
	}

	/** Opens or closes a branch, or decides whether it can be read. */
	changeBranch({ kind, branch }: Exclude<Change, CustomerChange>): void {
		switch (kind) {
			case 'failBranch':
				this.lists.failing.add(branch);
				break;
			case 'repairBranch':
				this.lists.failing.delete(branch);
				break;
			case 'openBranch':
				this.openBranches.add(branch);
				break;
			case 'closeBranch':
				this.openBranches.delete(branch);
				break;
		}
	}

	/** Lists the branches that are open now. */
	listOpenBranches(): number[] {
		return BRANCHES.filter((branch) => this.openBranches.has(branch));
	}

	/** Tells whether a list with these filters shows a customer as one of a branch. */
	isShownIn(branch: number, customer: Customer, { includesArchived }: ListFilters): boolean {
		const belongsToBranch = customer.branches.includes(branch);
		const isVisible = !customer.isRemoved && customer.shownFrom <= this.now;
		const passesFilters = includesArchived || !customer.isArchived;
		return belongsToBranch && isVisible && passesFilters;
	}

	/** Adds a customer with the next ID. */
	private addCustomer({ branches, type, createdAt, minutesHidden = 0 }: NewCustomer): Customer {
		const isCreatedInBranch2 = branches[0] === 2;
		const hoursBehind = isCreatedInBranch2 ? this.settings.hoursBehind : 0;
		const customer: Customer = {
			id: this.customers.length + 1,
			branches,
			type,
			isArchived: false,
			isRemoved: false,
			createdAt,
			stamp: writeStamp(createdAt - hoursBehind * HOUR_MS),
			shownFrom: createdAt + minutesHidden * MINUTE_MS,
		};
		this.customers.push(customer);
		return customer;
	}

	/** Answers a request for the customers of a branch, as an AlfaCRM with these settings does. */
	private listCustomers(branch: number, { created_at_from, removed }: IDataObject): IDataObject[] {
		const { heedsDay, isNewestFirst, pooledBranches } = this.settings;
		this.lastRequestedDay = created_at_from === undefined ? '' : readDottedDay(String(created_at_from));
		const firstDay = heedsDay ? this.lastRequestedDay : '';
		const filters: ListFilters = { includesArchived: removed === 1 };

		const listedCustomers = this.customers.filter((customer) => {
			// The list of a pooled branch shows the customers of all branches.
			const branches = pooledBranches.includes(branch) ? customer.branches : [branch];
			const isShown = branches.some((candidate) => this.isShownIn(candidate, customer, filters));
			return isShown && customer.stamp >= firstDay;
		});
		const rows = listedCustomers.map(makeRow);
		return isNewestFirst ? rows.reverse() : rows;
	}
}

function makeRow({ id, type, stamp, branches }: Customer): IDataObject {
	return { id, is_study: type, created_at: stamp, branch_ids: [...branches] };
}
