/* The library that the plugin brings along, in no program's search order. */
void begin_plugged(void);
void end_plugged(void);
void begin_plugged(void) {}
void end_plugged(void) {}
