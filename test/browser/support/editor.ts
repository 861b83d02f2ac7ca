import type { INodeParameters } from 'n8n-workflow';

import type { SandboxOptions } from '../../../sandbox';
import { Editor } from '../../../scripts/lib/editor/editor';
import type { RealN8n } from '../../e2e/support/realN8n';
import { makeWorkflowOfOneNode, useRealN8n } from '../../e2e/support/realN8n';

interface N8nWithEditor extends RealN8n {
	editor: Editor;
	/** Saves a workflow with an AlfaCRM node behind a Manual Trigger, and opens the form of the node. */
	openNode: (parameters: INodeParameters) => ReturnType<Editor['openNode']>;
}

/** Starts a real n8n with an AlfaCRM, and its editor in a Chromium, for the tests of one file. Each test begins with a new school. */
export function useEditor(options: SandboxOptions = {}): N8nWithEditor {
	const n8n = useRealN8n(options) as N8nWithEditor;
	n8n.openNode = async (parameters) => {
		const workflow = await n8n.client.importWorkflow(makeWorkflowOfOneNode(parameters, n8n.credential));
		return await n8n.editor.openNode(workflow, 'AlfaCRM');
	};

	beforeAll(async () => {
		n8n.editor = await Editor.open(n8n.client);
	});

	beforeEach(() => n8n.sandbox.reset());

	afterAll(async () => await n8n.editor?.close());

	return n8n;
}
