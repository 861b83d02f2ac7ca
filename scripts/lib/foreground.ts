import { report } from '../bootstrap/userFacingError';
import { say } from './progress';

/** What has to be undone at the end, newest first. */
export type Cleanup = Array<() => unknown>;

/** Works until the work ends or the user or the system asks it to stop; undoes everything either way. Returns the exit code. */
export async function inForeground(work: (cleanup: Cleanup) => Promise<number>): Promise<number> {
	const cleanup: Cleanup = [];
	try {
		return await Promise.race([interrupted(cleanup), work(cleanup)]);
	} finally {
		await cleanUp(cleanup);
	}
}

async function cleanUp(cleanup: Cleanup) {
	for (const undo of cleanup.splice(0)) {
		try {
			await undo();
		} catch (error) {
			report(error);
		}
	}
}

/** Settles when somebody asks to stop; whoever asks twice does not wait. */
async function interrupted(cleanup: Cleanup): Promise<number> {
	return await new Promise((resolve) => {
		let isStopping = false;
		const stop = () => {
			if (isStopping) process.exit(130);
			isStopping = true;
			say('\nStopping');
			resolve(cleanup.length > 0 ? 0 : 130);
		};
		// Not `once`: where nobody listens any more, libraries end the process themselves.
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, stop);
	});
}
