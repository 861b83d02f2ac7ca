import type { IDataObject } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import type { SentRequest } from '../apiSupport';
import { customerForm, SmallSchool } from './school';

/** The branch that is chosen in the forms, unless a test says otherwise. */
export const CHOSEN_BRANCH = 1;
export const OTHER_BRANCH = 2;
/** A branch that a test adds. */
export const THIRD_BRANCH = 3;

/** The ID of a customer whom AlfaCRM does not have. */
export const UNKNOWN_CUSTOMER = 999;

/** Options of an execution in which the items run one after the other. */
export const ONE_BY_ONE = { credential: { callsAtOnce: 1 } };

/** Makes the form of Assign Manager. */
export function assignManagerForm(customer: number): IDataObject {
	return customerForm('assignManager', { id: customer, assigned_id: 1 });
}

/** Makes the form by which Take Payment enters 500 roubles of a customer. */
export function takePaymentForm(customer: number, additionalFields: IDataObject = {}): IDataObject {
	return customerForm('takePayment', {
		id: customer,
		income: 500,
		pay_account_id: 1,
		additionalFields,
	});
}

/** Makes the form by which Create Correction or Refund enters 500 roubles of a customer. */
export function correctionForm(customer: number, additionalFields: IDataObject = {}): IDataObject {
	return customerForm('createCorrection', {
		resource: 'pay',
		customer_id: customer,
		document_date: '2026-02-05',
		income: 500,
		pay_type_id: 1,
		pay_account_id: 1,
		additionalFields,
	});
}

/** A school with two branches. AlfaCRM changes and deletes a record only through a branch of the record. */
export class BranchSchool extends SmallSchool {
	constructor() {
		super({ otherBranch: 'missing' });
	}

	addThirdBranch(): void {
		this.addRecord('branch', { id: THIRD_BRANCH, name: 'Филиал 3', is_active: 1 });
	}

	removeOtherBranch(): void {
		this.store.remove('branch', OTHER_BRANCH);
	}

	moveCustomerTo(customer: number, branches: number[]): void {
		this.changeRecord('customer', customer, { branch_ids: branches });
	}

	/** Answers all calls to a branch with an HTTP status, as if the user might not see the branch. */
	hideBranch(hiddenBranch: number, status = 403): void {
		this.failCalls(status, (_call, branch) => branch === hiddenBranch);
	}

	/** Answers a call such as "customer/index" with an HTTP status, whatever its branch. */
	failCall(failingCall: string, status: number): void {
		this.failCalls(status, (call) => call === failingCall);
	}

	/** Answers a call to one branch with an HTTP status. */
	failCallInBranch(failingCall: string, { branch: failingBranch, status }: FailingBranch): void {
		this.failCalls(status, (call, branch) => call === failingCall && branch === failingBranch);
	}

	/** Answers the first call that lists the branches with an HTTP status, and carries out the later ones. */
	failFirstListOfBranches(status: number): void {
		let isFirstCall = true;
		this.onCall = (call) => {
			if (call !== 'branch/index' || !isFirstCall) return undefined;
			isFirstCall = false;
			throw makeAnswerError(status);
		};
	}

	/** Makes AlfaCRM return an empty list of branches. */
	emptyListOfBranches(): void {
		this.onCall = (call) => (call === 'branch/index' ? { items: [], total: 0 } : undefined);
	}

	/** Makes AlfaCRM show another branch at each reading of the list, so that the list never comes whole. */
	makeListOfBranchesUnstable(): void {
		this.onCall = (call, request) =>
			call === 'branch/index' ? this.answerWithUnstableList(request) : undefined;
	}

	/** Refuses to list the branches as long as calls have this token. */
	refuseListOfBranchesTo(refusedToken: string): void {
		this.onCall = (call, { token }) => {
			if (call === 'branch/index' && token === refusedToken) throw makeAnswerError(403);
			return undefined;
		};
	}

	/** Makes the list of customers show one customer, and not the branches of that customer. */
	hideBranchesOfCustomer(customer: number): void {
		this.onCall = (call, { body }) => {
			if (call !== 'customer/index') return undefined;
			return { items: body.page === 0 ? [{ id: customer, name: 'Мия' }] : [], total: 1 };
		};
	}

	/**
	 * Reads to which branches a call such as "customer/update" was sent so far, in the order of the calls.
	 */
	readBranchesOf(call: string): Array<number | undefined> {
		return this.readRequests(call).map(readBranch);
	}

	/** Expects that the school has one payment, which was entered by a call to its branch. */
	expectOnePaymentIn(branch: number): void {
		expect(this.readBranchesOf('pay/create')).toEqual([branch]);
		expect(this.readRecords('pay')).toMatchObject([{ branch_id: branch }]);
	}

	private failCalls(status: number, isFailing: (call: string, branch: number | undefined) => boolean): void {
		this.onCall = (call, request) => {
			if (isFailing(call, readBranch(request))) throw makeAnswerError(status);
			return undefined;
		};
	}
}

interface FailingBranch {
	branch: number;
	status: number;
}

/** Reads the branch in the URL of a call. */
function readBranch({ url }: SentRequest): number | undefined {
	const branch = /v2api\/(\d+)\//.exec(url)?.[1];
	return branch === undefined ? undefined : Number(branch);
}
