/** Another one with each push. */
export const VERSION = 0;
