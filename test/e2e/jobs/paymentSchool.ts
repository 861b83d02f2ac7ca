import type { Row, Sandbox } from '../../../sandbox';
import type { Example } from '../support/example';
import { NORTHERN_BRANCH } from './demoSchool';
import { addClientWithPhone, watchNewPayments } from './schoolRows';

export interface HttpAnswer {
	status: number;
	text: string;
}

/** A school with two clients. A payment provider sends its notifications to the workflow of an example. */
export class PaymentSchool {
	/** The client of the central branch with the phone +7(900)000-77-22. */
	readonly mia: number;
	/** The client of the northern branch with the phone +7(900)000-77-33. */
	readonly yan: number;
	/** Reads the payments that have been entered since the example was published. */
	readonly readNewPayments: () => readonly Row[];

	private constructor(
		readonly example: Example,
		readonly sandbox: Sandbox,
		private readonly address: string,
	) {
		this.mia = addClientWithPhone(sandbox, '+7(900)000-77-22');
		this.yan = addClientWithPhone(sandbox, '+7(900)000-77-33', { branch_ids: [NORTHERN_BRANCH] });
		this.readNewPayments = watchNewPayments(sandbox);
	}

	/** Publishes the example, whose webhook has this path. */
	static async open(example: Example, path: string): Promise<PaymentSchool> {
		return new PaymentSchool(example, example.sandbox, await example.publishWebhook(path));
	}

	/** Sends a request to the webhook. */
	async send(request: RequestInit): Promise<HttpAnswer> {
		const response = await fetch(this.address, { method: 'POST', ...request });
		return { status: response.status, text: await response.text() };
	}

	/** Sends several requests to the webhook at the same moment. */
	async sendAtOnce(...requests: RequestInit[]): Promise<HttpAnswer[]> {
		return await Promise.all(requests.map(async (request) => await this.send(request)));
	}

	/** Sends a request that the workflow must refuse, and expects the execution to fail with a message. */
	async expectFailedExecution(request: RequestInit, message: string): Promise<void> {
		const run = this.example.waitForRunStartedBy(async () => {
			expect(await this.send(request)).toMatchObject({ status: 500 });
		});
		await expect(run).rejects.toThrow(message);
	}
}
