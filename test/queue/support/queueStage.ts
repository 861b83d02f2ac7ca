import { QueueStage } from '../../../scripts/lib/queue/stage';

/** n8n in queue mode for the tests of one file. */
export function useQueueStage(options: Parameters<typeof QueueStage.open>[0]): { stage: QueueStage } {
	const real = {} as { stage: QueueStage };
	beforeAll(async () => {
		real.stage = await QueueStage.open(options);
	}, 400_000);
	afterAll(async () => await real.stage?.close(), 60_000);
	return real;
}
