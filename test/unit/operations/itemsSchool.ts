import type { IDataObject } from 'n8n-workflow';
import { sleep } from 'n8n-workflow';

import { makeAnswerError } from '../../support/nodeErrors';
import { customerForm, SmallSchool } from './school';

export const EMAIL = 'mia@school.example';

/** Makes empty input items. */
export function makeItems(count: number): IDataObject[] {
	return Array.from({ length: count }, () => ({}));
}

/** Fills the form of Create or Update for the customer with the email `EMAIL`. */
export function upsertByEmailForm(fieldsToSet: IDataObject, options: IDataObject = {}): IDataObject {
	return customerForm('upsert', { matchBy: 'email', email: EMAIL, fieldsToSet, options });
}

/** A school for executions of several items, and for two executions that change one customer. */
export class ItemsSchool extends SmallSchool {
	private callsUnderWay = 0;
	private mostCallsUnderWay = 0;
	private readonly startsOfCalls: number[] = [];

	/** Refuses the creates of these items, such as `[0]` for the first item. Every item must send one create. */
	refuseCreatesOfItems(refusedItems: number[]): void {
		let currentItem = -1;
		this.onCall = (call) => {
			if (!call.endsWith('/create')) return undefined;
			currentItem += 1;
			if (refusedItems.includes(currentItem)) throw makeAnswerError(422, { errors: { name: ['Нет'] } });
			return undefined;
		};
	}

	/**
	 * Holds the answers back until all items have sent their call. Every item must send one. The first item is answered at
	 * once, because the node begins the others only after it.
	 */
	answerOnceAllHaveBegun(itemCount: number): void {
		const answerCall = this.onCall;
		let releaseAnswers = () => {};
		const allHaveBegun = new Promise<void>((resolve) => {
			releaseAnswers = resolve;
		});
		this.onCall = async (call, request) => {
			const begunItems = this.calls.length;
			if (begunItems === itemCount) releaseAnswers();
			if (begunItems > 1) await allHaveBegun;
			return answerCall(call, request);
		};
	}

	/** Delays each answer, and counts how many calls are under way meanwhile. */
	answerAfter({ milliseconds }: { milliseconds: number }): void {
		this.onCall = async () => {
			this.startsOfCalls.push(Date.now());
			this.callsUnderWay += 1;
			this.mostCallsUnderWay = Math.max(this.mostCallsUnderWay, this.callsUnderWay);
			await sleep(milliseconds);
			this.callsUnderWay -= 1;
			return undefined;
		};
	}

	/** Reads the highest number of calls that were under way at the same time since `answerAfter`. */
	readMostCallsAtOnce(): number {
		return this.mostCallsUnderWay;
	}

	/** Reads the highest number of calls that began within one second since `answerAfter`. */
	readMostCallsInASecond(): number {
		const countCallsInSecondFrom = (begin: number): number =>
			this.startsOfCalls.filter((start) => start >= begin && start < begin + 1_000).length;

		return Math.max(...this.startsOfCalls.map(countCallsInSecondFrom));
	}

	/** Counts the searches for customers of branch 1 by phone. */
	countSearchesByPhone(): number {
		const searches = this.readRequests('1/customer/index').filter(({ body }) => 'phone' in body);
		return searches.length;
	}

	/**
	 * Runs a form, and returns the outcome. As soon as it searches for customers, another execution runs the other form, and
	 * so changes the customer before the first execution does.
	 */
	async runWhileOtherExecutionRuns(form: IDataObject, otherForm: IDataObject) {
		const answerCall = this.onCall;
		let otherExecution: ReturnType<SmallSchool['run']> | undefined;
		this.onCall = (call, request) => {
			if (call === 'customer/index') otherExecution ??= this.run(otherForm);
			return answerCall(call, request);
		};

		const outcome = await this.runToEnd(form);
		await otherExecution;

		expect(otherExecution).toBeDefined();
		return outcome;
	}

	/**
	 * Runs two items in one execution, and returns the outcome. The updates of the first item wait until the second item has
	 * searched for customers by phone.
	 */
	async runOverlappingItems(firstForm: IDataObject, secondForm: IDataObject) {
		let releaseUpdates = () => {};
		const secondItemHasSearched = new Promise<undefined>((resolve) => {
			releaseUpdates = () => resolve(undefined);
		});
		this.onCall = (call, { body, url }) => {
			// The node searches branch 2 after branch 1.
			const isLastSearchByPhone = call === 'customer/index' && 'phone' in body && url.includes('/v2api/2/');
			if (isLastSearchByPhone) releaseUpdates();
			return call === 'customer/update' ? secondItemHasSearched : undefined;
		};

		// The node carries out the first item before the others. This one finds nobody, and has no output.
		const findNobody = customerForm('find', {
			matchBy: 'email',
			email: 'nobody@school.example',
			options: { ifNone: 'nothing' },
		});
		return await this.runToEnd(
			{},
			{ parametersByItem: [findNobody, firstForm, secondForm], credential: { callsAtOnce: 5 } },
		);
	}
}
