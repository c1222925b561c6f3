/** Version of the syscall interface that this SDK speaks, sent along so that hosts choose the matching behaviour. */
export const ABI_VERSION = "1.48.0";
